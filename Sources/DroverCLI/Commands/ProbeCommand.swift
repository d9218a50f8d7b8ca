package import ArgumentParser
import DroverCore

package struct ProbeCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Try what a loaded model can do, by a few small requests to it.",
    discussion: """
      Chat, completion, streaming, embeddings, a tool call, JSON and a picture are tried, and what came of it stands in
      the model's status with the source Probe. What its manifest declares overrules it.
      """)

  @Argument(help: "Name, alias or key of the model.", completion: ObjectCompletion.models)
  var model: String

  @Flag(help: "Go on where the requests may cost money.")
  var allowCost = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let name = try client.existingModel(model).name
    let found = try client.probe(name, allowsCost: allowCost)
    if found.isEmpty { console.note("model/\(name) was found to do nothing of it") }
    var table = Table(header: ["CAPABILITY", "SOURCE"])
    for (capability, source) in found {
      table.append([TerminalText.escaped(capability), TerminalText.escaped(source)])
    }
    if !found.isEmpty { console.write(table.render()) }
    return 0
  }
}
