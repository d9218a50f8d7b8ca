package import ArgumentParser
import DroverCore
import DroverSystem

package struct LogsCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Show what a model's process wrote. Runs on the machine of droverd.")

  @Argument(help: "Name of the model.", completion: ObjectCompletion.models)
  var model: String

  @Flag(name: [.short, .long], help: "Go on as the process writes.")
  var follow = false

  @Flag(name: [.customShort("p"), .long], help: "Of the process before this one.")
  var previous = false

  @Option(help: "Only so many lines at the end.")
  var tail: Int?

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func validate() throws {
    if follow, previous { throw ValidationError("--follow and --previous exclude each other") }
    if let tail, tail < 0 { throw ValidationError("--tail must not be negative") }
  }

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let object = try client.existingModel(model)
    let model = object.name
    let path = try path(of: object, model, client.address)
    var reader = try LogReader(path)
    var text = try reader.rest()
    if let tail { text = LogReader.lastLines(tail, of: text) }
    console.write(String(decoding: text, as: UTF8.self))
    while follow {
      LogReader.pause()
      let more = try reader.rest()
      if !more.isEmpty { console.write(String(decoding: more, as: UTF8.self)) }
    }
    return 0
  }

  private func path(of object: FleetObject, _ model: String, _ address: ServerAddress) throws(CLIError) -> String {
    let present = object.text("status", "process", "log")
    if let present, !previous { return present }
    // Of a process that ended, only the file is left: beside the present one's, or where droverd keeps them.
    var folders = present.map { [Directory.parent(of: $0)] } ?? []
    if case .unix(let socket) = address { folders.append(Directory.parent(of: socket) + "/logs") }
    let logs = folders.flatMap { LogReader.logs(of: model, in: $0) }
    if let path = logs.first(where: { $0 != present }) { return path }
    throw CLIError(
      previous && present != nil
        ? "model '\(model)' has no log of an earlier process; without --previous the present one is shown"
        : "model '\(model)' has no log: no process of it was started; see 'drover describe model/\(model)'")
  }
}
