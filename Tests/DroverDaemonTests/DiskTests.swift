import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  /// A state folder on a disk of its own, which fills up or becomes read-only.
  @Suite(.enabled(if: Mounting.isAllowed, "needs the right to mount a file system in a namespace of its own"))
  struct Disks {
    private static let path = "/api/v1/models/openai:gpt-4/usage"

    /// A droverd whose state lies on a disk of `size`.
    private func started(size: String) async throws -> Station {
      let station = try Station()
      try station.edit(
        "provider.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: Provider
        metadata: {name: openai}
        spec: {type: openai, baseURL: "http://127.0.0.1:9", discovery: {enabled: false}}
        ---
        apiVersion: drover.dev/v1alpha1
        kind: Model
        metadata: {name: gpt-4}
        spec: {provider: openai, cost: {inputTokens: "0.01", outputTokens: "0.03"}}

        """)
      try Directory.create(station.state, mode: 0o700)
      try station.start(launcher: Self.launcher("-o size=\(size),mode=0700", station))
      try await station.until {
        station.get("/readyz")?.status == 200 && station.get("/api/v1/models/openai:gpt-4")?.status == 200
      }
      return station
    }

    /// Becomes droverd in a namespace of its own, in which the state lies on a disk of its own.
    private static func launcher(_ options: String, _ station: Station) -> [String] {
      let mount = "mount -t tmpfs \(options) tmpfs '\(station.state)' && exec \"$0\" \"$@\""
      return ["/usr/bin/unshare", "-m", "/bin/sh", "-c", mount]
    }

    private func record(_ station: Station) -> Bool {
      PlainHTTP.send("POST", port: station.port, Self.path, body: #"{"inputTokens":2000,"outputTokens":1000}"#)?
        .status == 200
    }

    private func register(_ station: Station, _ id: String) -> Int? {
      PlainHTTP.send(
        "POST", port: station.port, "/api/v1/models", body: #"{"id":"\#(id)","provider":"openai"}"#)?.status
    }

    private func recorded(_ station: Station) -> Int64? {
      station.get(Self.path)?.json?[path: ["usageStats", "requestCount"]]?.integer
    }

    /// The state folder as droverd sees it.
    private func inside(_ station: Station) throws -> String {
      "/proc/\(try #require(station.droverd).identity.pid)/root" + station.state
    }

    /// What has to hold while nothing can be written, and after.
    private func judge(
      _ station: Station, breaking: () async throws -> Void, mending: () async throws -> Void
    ) async throws {
      var acknowledged: Int64 = 0
      func report() -> Bool {
        guard record(station) else { return false }
        acknowledged += 1
        return true
      }
      for _ in 0..<20 { #expect(report()) }
      try await breaking()
      var number = 0
      try await station.until {
        number += 1
        // Whatever is acknowledged counts; in the end nothing is.
        let isRefused = !report()
        let registered = register(station, "m-\(number)")
        return isRefused && registered != 201 && station.get("/readyz")?.status == 503
          && station.condition("fleet/fleet", "StateWritable") == "False StateSaveError"
          && station.events.contains { $0["type"]?.string == "state-save-error" }
      }
      #expect(station.get("/healthz")?.status == 200)
      try await mending()
      try await station.until {
        report() && station.get("/readyz")?.status == 200
          && station.condition("fleet/fleet", "StateWritable").hasPrefix("True")
      }
      try await station.until { register(station, "after") == 201 || register(station, "after") == 409 }
      try await station.until { recorded(station) == acknowledged }
      let doctor = try await station.drover("doctor", "--server", "http://127.0.0.1:\(station.port)")
      #expect(doctor.output.contains("\(acknowledged) rows, every sum is that of its rows"), "\(doctor.output)")
    }

    /// S14.1.6
    @Test func `a full disk refuses what cannot be kept, loses nothing that was acknowledged, and recovers`()
      async throws
    {
      let station = try await started(size: "24m")
      let filler = try inside(station) + "/filler"
      try await judge(
        station,
        breaking: {
          let file = open(filler, O_WRONLY | O_CREAT, 0o600)
          let block = [UInt8](repeating: 1, count: 4096)
          while write(file, block, block.count) > 0 {}
          close(file)
        }, mending: { unlink(filler) })
    }

    /// S14.1.5
    @Test func `a state folder that cannot be written stops the start, naming it`() async throws {
      let station = try Station()
      try Directory.create(station.state, mode: 0o700)
      try station.start(launcher: Self.launcher("-o ro", station))
      let running = try #require(station.droverd)
      let status = try await running.exit()
      #expect(status == .exited(1))
      #expect(station.log.contains("error: ") && station.log.contains(station.state), "\(station.log)")
    }
  }
}

/// Whether this user may mount file systems of its own.
private enum Mounting {
  static let isAllowed: Bool = {
    guard
      let handle = try? ProcessSpawner.launchProcess(
        ChildLaunch(
          executable: "/usr/bin/unshare", arguments: ["-m", "/bin/sh", "-c", "mount -t tmpfs tmpfs /mnt"],
          environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], logPath: "/dev/null"))
    else { return false }
    for _ in 0..<6000 {
      if let status = handle.exitStatus() { return status == .exited(0) }
      usleep(10_000)
    }
    return false
  }()
}
