package import ArgumentParser

package struct ConfirmPruneCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "confirm-prune", abstract: "Let a removal go on that the prune guard has stopped.")

  @Argument(help: "The token that 'drover diff' and the fleet's status print; it names exactly the doomed objects.")
  var token: String

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    try connection.client(in: console).confirmPrune(token: token)
    console.write("prune \(TerminalText.escaped(token)) confirmed\n")
    return 0
  }
}
