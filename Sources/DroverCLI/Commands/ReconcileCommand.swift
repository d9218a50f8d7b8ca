package import ArgumentParser
import DroverCore

package struct ReconcileCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "reconcile", abstract: "Look at everything anew, and try again at once what is in back-off.")

  @Argument(
    help: ArgumentHelp("One object, as KIND/NAME; default: the whole fleet.", valueName: "object"),
    completion: ObjectCompletion.objects)
  var object: String?

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let identity = try object.map { text throws(CLIError) in try ObjectSelection.identity(text) }
    let client = try connection.client(in: console)
    if let identity { _ = try client.existingObject(identity) }
    let token = try client.reconcile(identity)
    console.write("reconcile requested\(identity.map { " for \($0)" } ?? "")\n")
    if !token.isEmpty { console.note("token \(TerminalText.escaped(token))") }
    return 0
  }
}
