import DroverCore
import DroverDrivers
import Testing

/// Secrets of the host policy that are keys of AccessKeys.
struct KeySecretTests {
  /// The digest of `a-long-secret-of-the-host-1`.
  private let digest = KeyDigest(
    hexadecimal: "7de0f3d56eddded5379995834d57d5893653f284aeb6f5efe76d48fe9696941b")

  private func secrets(_ place: HostPolicy.Secret.Place, _ environment: [String: String] = [:]) -> HostKeySecrets {
    HostKeySecrets(
      HostPolicy(
        runtimes: [], modelDirectories: [], secrets: [HostPolicy.Secret(name: "next", place: place, hosts: [])],
        networks: [], publicHosts: nil, node: "here", source: nil), environment: environment)
  }

  @Test func `a secret is known by its digest, from the environment and from a file as it is now`() throws {
    let fixed = secrets(.environment("KEY"), ["KEY": "a-long-secret-of-the-host-1"])
    #expect(try fixed.digest(ofSecret: "next") == digest)
    let directory = try TemporaryDirectory()
    let path = try directory.write("key", "a-long-secret-of-the-host-2\n".utf8, mode: 0o600)
    let rotated = secrets(.file(path))
    #expect(try rotated.digest(ofSecret: "next") != digest)
    try directory.write("key", "  a-long-secret-of-the-host-1\r\n".utf8, mode: 0o600)
    #expect(try rotated.digest(ofSecret: "next") == digest)
  }

  @Test(arguments: [
    ("next", "secret-of-19-letter", "secret 'next' has 19 characters"), ("next", "guessable", "expected 20 or more"),
    ("nxet", "a-long-secret-of-the-host-1", "did you mean 'next'?"), ("next", "", "is empty"),
    ("next", "a-long-secret-with-ümlauts", "characters that no header can carry"),
  ])
  func `one that is missing, empty, odd or short is none, and is not repeated`(
    name: String, value: String, message: String
  ) {
    let error = #expect(throws: DriverError.self) {
      try secrets(.environment("KEY"), ["KEY": value]).digest(ofSecret: name)
    }
    #expect(error?.reason == .secretNotFound && error?.message.contains(message) == true)
    if !value.isEmpty { #expect(error?.message.contains(value) == false) }
  }
}
