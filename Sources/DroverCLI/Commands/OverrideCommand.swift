package import ArgumentParser
import DroverCore

package struct OverrideCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "override", abstract: "Hold a field of an object at another value than its manifest's.",
    discussion: """
      An override ends by itself after a day, or when the field changes in the manifest; 'drover get overrides' lists them.

      Examples:
        drover override llama-3-8b spec.desiredState=Unloaded --reason 'night shift' --for 8h
        drover override llama-3-8b spec.desiredState --end
      """)

  @Argument(
    help: ArgumentHelp("A model, or any object as KIND/NAME.", valueName: "object"),
    completion: ObjectCompletion.objects)
  var object: String

  @Argument(help: ArgumentHelp("The field and its value; with --end, the field.", valueName: "field=value"))
  var field: String

  @Option(help: "Why; it stands in status and in the event.")
  var reason: String?

  @Option(name: .customLong("for"), help: ArgumentHelp("How long it holds; default: 24h.", valueName: "duration"))
  var lifetime: String?

  @Flag(help: "End the override of this field.")
  var end = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func validate() throws {
    if end, reason != nil || lifetime != nil { throw ValidationError("--end excludes --reason and --for") }
    if end == field.contains("=") {
      throw ValidationError(
        end ? "--end takes a field without a value" : "expected FIELD=VALUE, such as spec.maxTokens=512")
    }
  }

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let identity = object.contains("/") ? try ObjectSelection.identity(object) : Identity(.model, object)
    if end {
      try client.release(identity, field: field)
      console.write("\(identity): \(TerminalText.escaped(field)) is as its manifest says again\n")
      return 0
    }
    let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let held = try client.hold(
      identity, field: parts[0], value: FieldEntry("value", OverrideCommand.value(parts[1])), reason: reason,
      lifetime: lifetime)
    console.write(OverrideText.held(held))
    return 0
  }

  /// A value as JSON where it is some, else as a string.
  private static func value(_ text: String) -> FieldValue { (try? JSONReader.read(text)) ?? .string(text) }
}
