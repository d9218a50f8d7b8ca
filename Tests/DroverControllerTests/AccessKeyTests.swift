import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

@Suite struct AccessKeyTests {
  private static let digest = "4aefbf09599f55a8dec9d93963864a8fa53253b48b37c60fd4909a4bf4e285e8"
  private static let secretDigest = "7de0f3d56eddded5379995834d57d5893653f284aeb6f5efe76d48fe9696941b"

  private func key(_ keys: String, _ more: String = "") -> String {
    "apiVersion: drover.dev/v1alpha1\nkind: AccessKey\nmetadata: {name: team}\nspec: {keys: [\(keys)]\(more)}\n"
  }

  private func published(_ notAfter: String? = nil) -> String {
    #"{sha256: "\#(Self.digest)"\#(notAfter.map { #", notAfter: "\#($0)""# } ?? "")}"#
  }

  /// Whom the gateway would let in by a key now: `team`, `open`, or why nobody.
  private func holder(_ daemon: Daemon, of digest: String = digest) -> String {
    let table = daemon.controller.routing.table.access
    guard table.needsKey else { return "open" }
    guard let digest = KeyDigest(hexadecimal: digest) else { return "no digest" }
    do throws(AccessRefusal) {
      return try table.grant(of: digest, isGenerated: true, at: daemon.time.now).accessKey ?? ""
    } catch {
      switch error {
      case .unknown: return "unknown"
      case .disabled: return "disabled"
      case .expired: return "expired"
      }
    }
  }

  private func files(_ key: String? = nil) -> [String: String] {
    var files = Text.fleet("a")
    files["key.yaml"] = key
    return files
  }

  @Test func `the first AccessKey closes the gateway, for good`() {
    let daemon = Daemon(files())
    #expect(daemon.becomesReady("a") && holder(daemon) == "open")
    daemon.edit(
      "key.yaml", "apiVersion: drover.dev/v1alpha1\nkind: AccessKey\nmetadata: {name: team}\nspec: {keys: []}\n")
    #expect(daemon.run(until: { daemon.state("accesskey/team") == "False InvalidManifest" }))
    #expect(holder(daemon) == "open")
    daemon.edit("key.yaml", key(published()))
    #expect(daemon.run(until: { holder(daemon) == "team" && daemon.state("accesskey/team").hasPrefix("True") }))
    // One that breaks stays as it was.
    daemon.edit("key.yaml", "kind: AccessKey\n")
    daemon.pass(.seconds(5))
    #expect(holder(daemon) == "team")
    daemon.edit("key.yaml", nil)
    #expect(daemon.run(until: { holder(daemon) == "unknown" && daemon.object("accesskey/team") == nil }))
    daemon.restart()
    #expect(daemon.becomesReady("a"))
    #expect(holder(daemon) == "unknown")
    #expect(daemon.events.all.filter { $0.name == "gateway-closed" }.count == 1)
  }

  @Test func `before the manifests are read again the gateway knows the keys of before`() {
    let daemon = Daemon(files(key(published())))
    #expect(daemon.run(until: { holder(daemon) == "team" && daemon.isReady("model/a") }))
    daemon.kill()
    daemon.folder.state.withLock { $0.failure = "not mounted" }
    daemon.restart()
    #expect(daemon.run(until: { holder(daemon) == "team" }))
  }

  @Test func `an edit acts at once: another key, a disabled object, an override of the Fleet beside it`() {
    let daemon = Daemon(files(key(published())))
    #expect(daemon.run(until: { holder(daemon) == "team" }))
    daemon.edit("key.yaml", key(published(), ", disabled: true"))
    #expect(daemon.run(until: { holder(daemon) == "disabled" && daemon.state("accesskey/team") == "True Disabled" }))
    daemon.edit("key.yaml", key(#"{sha256: "\#(Self.secretDigest)"}"#))
    #expect(daemon.run(until: { holder(daemon) == "unknown" && holder(daemon, of: Self.secretDigest) == "team" }))
  }

  @Test func `a key expires by the clock alone, and its status says so then`() {
    // It is 2027-01-15T08:00:00Z.
    let daemon = Daemon(files(key(published("2027-01-15T09:00:00Z"))))
    #expect(daemon.run(until: { daemon.state("accesskey/team") == "True NoGateway" }))
    #expect(holder(daemon) == "team")
    daemon.pass(.seconds(3598))
    #expect(holder(daemon) == "team" && daemon.state("accesskey/team") == "True NoGateway")
    daemon.pass(.seconds(4))
    #expect(holder(daemon) == "expired" && daemon.state("accesskey/team") == "False Expired")
  }

  @Test func `use is told in the status, and is still there after a restart`() {
    let daemon = Daemon(files(key(published())))
    #expect(daemon.run(until: { daemon.state("accesskey/team").hasPrefix("True") }))
    func lastUsed() -> String? { daemon.object("accesskey/team")?[path: ["status", "lastUsed"]]?.string }
    #expect(lastUsed() == nil)
    let first = daemon.time.now
    daemon.controller.note(GatewayTraffic(keyUses: ["team": first, "nobody": first]))
    #expect(daemon.run(until: { lastUsed() == first.description }))
    // Within ten seconds nothing is written for it.
    daemon.controller.note(GatewayTraffic(keyUses: ["team": first + .seconds(2)]))
    daemon.pass(.seconds(60))
    let second = daemon.time.now
    daemon.controller.note(GatewayTraffic(keyUses: ["team": second]))
    #expect(daemon.run(until: { lastUsed() == second.description }))
    daemon.restart()
    #expect(daemon.run(until: { daemon.state("accesskey/team").hasPrefix("True") && lastUsed() == second.description }))
  }

  @Test func `a secret of the host is read, read again when it is rotated, and lets nobody in while it is gone`() {
    let secrets = FakeKeySecrets()
    let daemon = Daemon(starts: false, keySecrets: secrets)
    daemon.folder.state.withLock { $0.files = files(key("{secret: next}")) }
    daemon.restart()
    #expect(daemon.run(until: { daemon.state("accesskey/team") == "False SecretNotFound" }))
    #expect(holder(daemon) == "unknown")
    secrets.stored.withLock { $0["next"] = Self.digest }
    #expect(daemon.run(until: { holder(daemon) == "team" && daemon.state("accesskey/team").hasPrefix("True") }))
    secrets.stored.withLock { $0["next"] = Self.secretDigest }
    #expect(daemon.run(until: { holder(daemon) == "unknown" && holder(daemon, of: Self.secretDigest) == "team" }))
    secrets.stored.withLock { $0 = [:] }
    #expect(
      daemon.run(until: {
        holder(daemon, of: Self.secretDigest) == "unknown" && daemon.state("accesskey/team") == "False SecretNotFound"
      }))
  }
}

/// Secrets by name, as digests, which a test changes.
final class FakeKeySecrets: KeySecrets {
  let stored = Mutex<[String: String]>([:])

  func digest(ofSecret name: String) throws(DriverError) -> KeyDigest {
    guard let digest = stored.withLock({ $0[name] }).flatMap(KeyDigest.init(hexadecimal:)) else {
      throw .secretNotFound("there is no secret '\(name)'")
    }
    return digest
  }
}
