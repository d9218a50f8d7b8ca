package import ArgumentParser
import DroverCore

package struct DiscoverCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "discover", abstract: "Ask providers now which models they have, and list these.",
    discussion: """
      What a provider lists and no manifest declares is registered as discovered, until the provider lists it no more.
      Which models are let through is up to 'spec.discovery' of each Provider. Ends with 1 if a provider could not be
      asked.
      """)

  @Argument(help: ArgumentHelp("One provider, by its name or its type; default: all.", valueName: "provider"))
  var provider: String?

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let answer = try client.discover(provider)
    let models = (answer["models"]?.list ?? []).map(\.value)
    if !models.isEmpty { console.write(ModelTable.render(models)) }
    var failed = false
    for entry in answer["providers"]?.map ?? [] {
      let name = TerminalText.escaped(entry.key)
      if let error = entry.value["error"]?.string {
        failed = true
        console.note("error: provider/\(name): \(TerminalText.escaped(error))")
      } else {
        let count = entry.value["count"]?.integer ?? 0
        console.note("provider/\(name): \(count) model\(count == 1 ? "" : "s")")
      }
    }
    return failed ? 1 : 0
  }
}
