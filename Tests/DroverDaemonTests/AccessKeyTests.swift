import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

extension EndToEnd {
  @Suite struct AccessKeys {
    private func status(_ port: Int, key: String? = nil, _ path: String = "/v1/models") -> Int? {
      PlainHTTP.send("GET", port: port, path, headers: key.map { ["Authorization": "Bearer \($0)"] } ?? [:])?.status
    }

    /// Makes a key as a person does, writes its manifest, and gives the key.
    private func keygen(_ station: Station, _ name: String) async throws -> String {
      let made = try await station.drover("keygen", name)
      #expect(made.status == 0, "\(made.errors)")
      try station.edit("key-\(name).yaml", made.output)
      return try #require(made.errors.split(separator: "\n").map(String.init).first { $0.hasPrefix("drover_") })
    }

    @Test func `a key that drover made opens the gateway, which is never open without one again`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("chat.yaml", station.model("chat", state: "OnDemand"))
      let port = TestPorts.take().lowerBound
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      try await station.until { station.isReady("model/chat") && status(port) == 200 }
      let key = try await keygen(station, "team")
      try await station.until { status(port) == 401 && status(port, key: key) == 200 }
      try await station.until {
        station.condition("accesskey/team") == "True ReconciliationSucceeded"
          && (try? station.statusFile("accesskey/team"))?[path: ["status", "lastUsed"]] != nil
      }
      let other = try await keygen(station, "other")
      try await station.until { status(port, key: other) == 200 }
      station.delete("key-team.yaml")
      station.delete("key-other.yaml")
      // Both are gone, and nobody is let in by that. Removing all of a kind is no removal of all models.
      try await station.until { status(port, key: key) == 401 && status(port, key: other) == 401 }
      #expect(status(port) == 401)
      // Nothing that was written holds a key.
      let written = station.log + Command.text(of: station.status + "/events.jsonl")
      #expect(!written.contains(key) && !written.contains(other) && !written.contains("drover_"))
      try await station.end(SIGKILL)
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      try await station.until { status(port) == 401 && status(port, key: key) == 401 }
      try await station.end(SIGINT)
    }

    @Test func `a secret of the host policy is a key too, and without a gateway none claims to bind`() async throws {
      let station = try Station()
      let secret = "a-long-secret-of-the-host-1"
      try station.put("secret", secret + "\n", mode: 0o600)
      try station.put(
        "host.yaml", Command.text(of: station.folder + "/host.yaml") + "secrets: {next: {file: secret, hosts: []}}\n",
        mode: 0o600)
      try station.edit("local.yaml", station.provider())
      try station.edit(
        "key.yaml",
        "apiVersion: drover.dev/v1alpha1\nkind: AccessKey\nmetadata: {name: team}\nspec: {keys: [{secret: next}]}\n")
      try station.start()
      try await station.until { station.condition("accesskey/team") == "True NoGateway" }
      try await station.end(SIGTERM)
      let port = TestPorts.take().lowerBound
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      try await station.until {
        status(port, key: secret) == 200 && station.condition("accesskey/team") == "True ReconciliationSucceeded"
      }
      try station.put("secret", "a-long-secret-of-the-host-2\n", mode: 0o600)
      try await station.until {
        status(port, key: secret) == 401 && status(port, key: "a-long-secret-of-the-host-2") == 200
      }
      try await station.end(SIGINT)
    }
  }
}
