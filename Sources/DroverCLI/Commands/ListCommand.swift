package import ArgumentParser
import DroverCore

package struct ListCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List all models: those of manifests, those registered through the API, and discovered ones.",
    discussion: """
      A discovered model has no manifest: it is known and shown, never loaded. STATE says 'gone' of one that its
      provider has ceased to list.

      Examples:
        drover list
        drover list --provider openai --origin discovered
        drover list --loaded
      """)

  @Option(help: ArgumentHelp("Only models of this provider, by its name or its type.", valueName: "provider"))
  var provider: String?

  @Option(help: ArgumentHelp("Only models that can do this, such as vision.", valueName: "capability"))
  var capability: String?

  @Option(help: ArgumentHelp("manifest, api or discovered; default: all.", valueName: "origin"))
  var origin: ModelOrigin?

  @Flag(help: "Only models that are loaded.")
  var loaded = false

  @Option(name: [.short, .customLong("output")], help: ArgumentHelp("json or name.", valueName: "format"))
  var output: ListFormat?

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let all = try client.models(provider: provider, capability: capability, status: loaded ? "loaded" : nil)
    let models = all.filter { model in origin.map { model["origin"]?.string == $0.rawValue } ?? true }
    if models.isEmpty {
      try client.requireFirstScan()
      if output == nil { console.note("No models found.") }
    }
    switch output {
    case .json: console.write(FieldValue.array(models).prettyJSON() + "\n")
    case .name: console.write(models.map { TerminalText.escaped($0["key"]?.string ?? "") + "\n" }.joined())
    case nil where !models.isEmpty: console.write(ModelTable.render(models))
    case nil: break
    }
    return 0
  }
}

/// Where a model is known from.
package enum ModelOrigin: String, ExpressibleByArgument, CaseIterable, Sendable { case manifest, api, discovered }

/// How `list` prints.
package enum ListFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case json, name }
