package import ArgumentParser
import DroverCore
import DroverManifests
import DroverYAML

package struct RollbackCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Print an older spec of an object, write it into its manifest, or hold it at once.",
    discussion: """
      Manifests are the one desired state: commit what -w wrote, or apply what is printed by hand. With --now the server
      holds the older spec as an override until the manifest changes, for a day unless --for says otherwise; its status
      says Drifted, and 'drover get overrides' lists it.

      Examples:
        drover rollback llama-3-8b --list
        drover rollback llama-3-8b
        drover rollback llama-3-8b --to 3 -w
        drover rollback llama-3-8b --to 3 --now --reason 'answers got worse'
      """)

  @Argument(
    help: ArgumentHelp("A model, or any object as KIND/NAME.", valueName: "object"),
    completion: ObjectCompletion.objects)
  var object: String

  @Option(help: ArgumentHelp("The generation to go back to; default: the one before.", valueName: "generation"))
  var to: Int64?

  @Flag(help: "List the specs that were accepted, newest first.")
  var list = false

  @Flag(name: [.short, .long], help: "Write the spec into the manifest. Runs on the machine of droverd.")
  var write = false

  @Flag(help: "Hold the spec at the server, against the manifest.")
  var now = false

  @Option(help: "With --now: why; it stands in status and in the event.")
  var reason: String?

  @Option(
    name: .customLong("for"), help: ArgumentHelp("With --now: how long; default: 24h.", valueName: "duration"))
  var lifetime: String?

  @OptionGroup var connection: ConnectionOptions

  /// As many as droverd keeps.
  private static let limit = 1000

  package init() {}

  package func validate() throws {
    if now, write || list { throw ValidationError("--now excludes --list and --write") }
    if !now, reason != nil || lifetime != nil { throw ValidationError("--reason and --for go with --now") }
    if list, write || to != nil { throw ValidationError("--list excludes --to and --write") }
  }

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let identity = object.contains("/") ? try ObjectSelection.identity(object) : Identity(.model, object)
    let present = try client.existingObject(identity)
    let versions = try client.history(of: identity, limit: RollbackCommand.limit)
    if list {
      console.write(RollbackCommand.table(versions, now: console.now()))
      return 0
    }
    let version = try choose(from: versions, present)
    if now {
      let held = try client.hold(
        identity, field: Override.wholeSpec, value: FieldEntry("generation", .integer(version.generation)),
        reason: reason ?? "rollback to generation \(version.generation)", lifetime: lifetime)
      console.write(OverrideText.held(held))
      return 0
    }
    guard write else {
      console.write(RollbackCommand.manifest(present, version))
      return 0
    }
    let path = try ManifestRewriting.write(version.spec, of: present)
    console.write("\(TerminalText.escaped(path)): the spec of generation \(version.generation) is written\n")
    console.note("droverd takes it from there; commit it so that the next checkout keeps it")
    return 0
  }

  private func choose(from versions: [SpecVersion], _ present: FleetObject) throws(CLIError) -> SpecVersion {
    let known = versions.map { String($0.generation) }.joined(separator: ", ")
    if let to {
      guard let version = versions.first(where: { $0.generation == to }) else {
        throw CLIError(
          "\(present.reference) has no generation \(to) on record"
            + (known.isEmpty ? "" : "; there are \(known)"))
      }
      return version
    }
    // What is in force is the newest accepted spec, whatever stands in the manifest now.
    guard let inForce = versions.first,
      let version = versions.dropFirst().first(where: { $0.specHash != inForce.specHash })
    else { throw CLIError("\(present.reference) has had no other spec; there is nothing to go back to") }
    return version
  }

  private static func table(_ versions: [SpecVersion], now: Timestamp) -> String {
    var table = Table(header: ["GENERATION", "AGE", "REVISION", "CHANGES"])
    for (index, version) in versions.enumerated() {
      let older = index + 1 < versions.count ? versions[index + 1] : nil
      table.append([
        String(version.generation), version.acceptedAt.map { (now - $0).age } ?? "<unknown>",
        RollbackCommand.short(version.revision ?? ""), version.changes(since: older).joined(separator: " "),
      ])
    }
    return table.render()
  }

  private static func short(_ revision: String) -> String {
    let mark = "-dirty"
    return revision.hasSuffix(mark) ? revision.dropLast(mark.count).prefix(7) + mark : String(revision.prefix(7))
  }

  /// The whole document: name, labels and annotations as they are, and the older spec.
  private static func manifest(_ present: FleetObject, _ version: SpecVersion) -> String {
    var metadata = FieldValue.object(["name": .string(present.name)])
    for key in ["labels", "annotations"] {
      guard let labels = present.value[path: ["metadata", key]], labels.map?.isEmpty == false else { continue }
      metadata.set(key, labels)
    }
    let document = FieldValue.object([
      "apiVersion": .string(manifestVersion), "kind": .string(present.kind?.rawValue ?? ""), "metadata": metadata,
      "spec": version.spec,
    ])
    return YAMLEmitter.emit(document.yaml)
  }
}
