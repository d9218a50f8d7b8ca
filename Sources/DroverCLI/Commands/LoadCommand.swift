package import ArgumentParser
import DroverCore

package struct LoadCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Load an OnDemand model, and wait until it serves.",
    discussion: """
      It stays loaded until another model needs its room, or until nothing has used it for idleUnloadAfter. Loading what
      is loaded already is success. What a manifest says of a model is enforced: one that is to be Unloaded is not
      loaded by request.
      """)

  @Argument(help: "Name, alias or key of the model.", completion: ObjectCompletion.models)
  var model: String

  @Flag(inversion: .prefixedNo, help: "Send one request after loading; default: as the manifest says.")
  var warmup: Bool?

  @Option(help: "How long to wait, such as 90s or 10m. The load goes on after that.")
  var timeout = "15m"

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let wait = LoadWait(client: client, console: console, limit: try LoadCommand.limit(timeout))
    let loaded = try wait.run(try client.existingModel(model), loaded: true, warmup: warmup)
    console.write("model/\(loaded.name) loaded\n")
    return 0
  }

  static func limit(_ text: String) throws(CLIError) -> Duration {
    guard let limit = Duration(manifestText: text) else {
      throw CLIError("--timeout '\(text)' is no duration; expected for example 30s or 10m")
    }
    return limit
  }
}

package struct UnloadCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "unload", abstract: "Drain and unload an OnDemand model, and wait until it is gone.",
    discussion: "A later request loads it again. One that its manifest wants Loaded is not unloaded by request.")

  @Argument(help: "Name, alias or key of the model.", completion: ObjectCompletion.models)
  var model: String

  @Option(help: "How long to wait, such as 90s or 10m. The unloading goes on after that.")
  var timeout = "5m"

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let wait = LoadWait(client: client, console: console, limit: try LoadCommand.limit(timeout))
    let unloaded = try wait.run(try client.existingModel(model), loaded: false, warmup: nil)
    console.write("model/\(unloaded.name) unloaded\n")
    return 0
  }
}
