package import ArgumentParser
import DroverCore

package struct SwitchCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "switch", abstract: "Load a model, and make it the current one.",
    discussion: """
      The current model is the one that requests without a name are for. A model that cannot be loaded leaves it as it is.

      Examples:
        drover switch llama-3-8b
        drover switch local:llama-3.1-8b-instruct --reason budget_exhausted
      """)

  @Argument(
    help: ArgumentHelp("A model, by its name, an alias or its key.", valueName: "model"),
    completion: ObjectCompletion.objects)
  var model: String

  @Option(
    help: ArgumentHelp("user_preference (default), auto_switch or budget_exhausted; it stands in the event."))
  var reason: String?

  @Flag(help: "Switch although the Fleet enforces another model: as an override, for 24 hours.")
  var override = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let answer = try client.switchModel(model, reason: reason, isOverride: override)
    let name = answer[path: ["currentModel", "name"]]?.string ?? model
    console.write("Switched to: \(TerminalText.escaped(name))\n")
    return 0
  }
}
