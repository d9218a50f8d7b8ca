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
    let wait = try LoadWait(client: try connection.client(in: console), console: console, timeout: timeout)
    return try wait.run(model, loaded: true, warmup: warmup)
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
    let wait = try LoadWait(client: try connection.client(in: console), console: console, timeout: timeout)
    return try wait.run(model, loaded: false, warmup: nil)
  }
}
