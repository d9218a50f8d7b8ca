package import ArgumentParser
import DroverCore
import DroverManifests

package struct KeygenCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "keygen", abstract: "Make a key for a client of the gateway, and its AccessKey.",
    discussion: """
      The manifest goes to standard output, and holds no more than the key's digest. The key goes to standard error, once:
      nobody keeps it, and nobody can find it out from the manifest. For another key of the same client, add the entry of
      'keys' to the manifest that is there: both are accepted until one is removed or expires.

      Examples:
        drover keygen team-a > manifests/keys/team-a.yaml
        drover keygen team-a --not-after 2027-01-31
      """)

  @Argument(help: ArgumentHelp("Name of the AccessKey.", valueName: "name"))
  var name: String

  @Option(
    help: ArgumentHelp("End of the key's validity: a date, or an instant of RFC 3339.", valueName: "date"))
  var notAfter: String?

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    guard isSubdomainName(name) else {
      throw CLIError(
        "'\(TerminalText.escaped(name))' is no name of an AccessKey; use lower-case letters, digits, '-' and '.'")
    }
    if let notAfter { try check(notAfter, console.now()) }
    let key = GeneratedKey.text(random: console.random)
    let end = notAfter.map { ", notAfter: \"\($0)\"" } ?? ""
    console.note(
      "key of \(name), shown this once:\n\(key)\nsend it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'; the manifest "
        + "holds its digest alone")
    console.write(
      """
      apiVersion: \(manifestVersion)
      kind: AccessKey
      metadata: {name: "\(name)"}
      spec:
        keys: [{sha256: "\(Digest.sha256(Array(key.utf8)))"\(end)}]

      """)
    return 0
  }

  private func check(_ text: String, _ now: Timestamp) throws(CLIError) {
    guard let end = Timestamp(written: text, zone: .utc) else {
      throw CLIError(
        "--not-after \(TerminalText.escaped(text)): must be a date such as 2027-01-31, or an instant such as "
          + "2027-01-31T12:00:00Z")
    }
    guard end > now else { throw CLIError("--not-after \(text): is over already; name a date to come") }
  }
}
