package import ArgumentParser
import DroverCore
import DroverManifests

package struct ExportCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print the registry: all models, or manifests of those that have none.",
    discussion: """
      As JSON it prints every model with all that is known of it, in the shape that 'drover import models-config' and
      POST /api/v1/models/import read. As YAML it prints a manifest of each model that was registered through the API,
      ready to be committed: a manifest of the same name or key adopts its model.

      Examples:
        drover export > registry.json
        drover export -o yaml > manifests/adopted.yaml
      """)

  @Option(name: [.short, .customLong("output")], help: ArgumentHelp("json or yaml.", valueName: "format"))
  var output = ExportFormat.json

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    try client.requireFirstScan()
    switch output {
    case .json: console.write(FieldValue.array(try client.export()).prettyJSON() + "\n")
    case .yaml: console.write(ModelsConfigImport.text(of: try registered(client)))
    }
    return 0
  }

  /// Manifests of the models that were registered through the API, as they were given.
  private func registered(_ client: FleetClient) throws(CLIError) -> [FieldValue] {
    var manifests: [FieldValue] = []
    for object in try client.objects(of: .model) where object.text("source", "root") == RegisteredModel.root {
      guard let identity = object.identity, let spec = try client.history(of: identity, limit: 1).first?.spec
      else { continue }
      manifests.append(
        .object([
          "apiVersion": .string(manifestVersion), "kind": .string(identity.kind.rawValue),
          "metadata": .object(["name": .string(identity.name)]), "spec": spec,
        ]))
    }
    return manifests
  }
}

/// How `export` prints.
package enum ExportFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case json, yaml }
