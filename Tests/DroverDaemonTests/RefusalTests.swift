import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Refusals {
    @Test func `--once ends with 0 when everything agrees, and the models stay`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      let once = try await Command.run(station.equipment.droverd, station.arguments + ["--once"], in: station.folder)
      #expect(once.status == 0, "\(once.errors)")
      #expect(station.isReady("model/a"))
      #expect(station.engines.count == 1)
    }

    @Test func `--once ends with 1 when a manifest is refused, and does the rest`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.edit("b.yaml", "apiVersion: drover.dev/v1alpha1\nkind: Modle\nmetadata: {name: b}\n")
      let once = try await Command.run(station.equipment.droverd, station.arguments + ["--once"], in: station.folder)
      #expect(once.status == 1, "\(once.errors)")
      #expect(station.engines.count == 1)
    }

    @Test func `a truncated model file is told from a good one before anything runs`() async throws {
      let station = try Station()
      let whole = try FileReader.read(station.equipment.models + "/tiny.gguf", maxBytes: 8 << 20)
      try AtomicFile.write(
        station.folder + "/models/cut.gguf", Array(whole.dropLast(200_000)), mode: 0o644, durability: .none)
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a", file: "cut.gguf"))
      try station.start()
      try await station.until { station.condition("model/a") == "False LoadFailed" }
      #expect(station.message("model/a").contains("truncated"))
      #expect(station.engines == [])
    }

    @Test func `a pool that is too small stalls the model with both numbers`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider(limit: "1MiB"))
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until {
        station.condition("model/a", "Stalled").hasPrefix("True")
          && station.condition("model/a") == "False InsufficientMemory"
      }
      #expect(station.message("model/a").contains("1.0MiB") || station.message("model/a").contains("1MiB"))
      #expect(station.engines == [])
      try station.edit("local.yaml", station.provider())
      try await station.until { station.isReady("model/a") }
    }

    @Test func `a runtime that the host policy does not have is not permitted`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider(runtime: "llama-serve"))
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until { station.condition("provider/local") == "False NotPermitted" }
      #expect(station.message("provider/local").contains("llama-server"))
      #expect(station.engines == [])
    }

    @Test func `a model file that is missing is waited for`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a", file: "later.gguf"))
      try station.start()
      try await station.until { station.condition("model/a") == "False ModelNotFound" }
      try #require(symlink(station.equipment.models + "/tiny.gguf", station.folder + "/models/later.gguf") == 0)
      #expect(try await station.drover("reconcile", "model/a").status == 0)
      try await station.until { station.isReady("model/a") }
    }

    @Test(arguments: ["manifests/status", "manifests"]) func `status in the manifests is refused`(
      place: String
    ) async throws {
      let station = try Station()
      let run = try await Command.run(
        station.equipment.droverd,
        ["--manifests", "manifests", "--status", place, "--host-policy", "host.yaml", "--once"], in: station.folder)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: --status"))
      #expect(run.errors.contains("outside"))
    }

    @Test func `a state folder that is a file is refused in one sentence`() async throws {
      let station = try Station()
      try station.put("plain", "")
      let run = try await Command.run(
        station.equipment.droverd,
        ["--manifests", "manifests", "--state", "plain", "--host-policy", "host.yaml", "--once"], in: station.folder)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: "))
      #expect(run.errors.contains("plain"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func `a host policy that others may read is refused`() async throws {
      let station = try Station()
      chmod(station.folder + "/host.yaml", 0o644)
      let run = try await Command.run(station.equipment.droverd, station.arguments + ["--once"], in: station.folder)
      #expect(run.status == 1)
      #expect(run.errors.contains("chmod 600"))
    }

    @Test func `a taken port is told by its address`() async throws {
      let station = try Station()
      try station.start()
      try await station.until { station.get("/healthz")?.status == 200 }
      let other = try Station()
      let run = try await Command.run(
        other.equipment.droverd, other.arguments.dropLast() + ["127.0.0.1:\(station.port)"], in: other.folder)
      #expect(run.status == 1)
      #expect(run.errors.contains("\(station.port)"))
    }
  }
}
