package import ArgumentParser
import DroverCore
import DroverManifests

package struct SchemaCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of the manifests, for editors and pipelines.")

  @Argument(help: "One kind; default: all.", completion: .list(Kind.allCases.map(\.singular)))
  var kind: String?

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let kind = try kind.map { word throws(CLIError) in try ObjectSelection.kind(word) }
    console.write(SchemaExport.jsonSchema(kind).prettyJSON() + "\n")
    return 0
  }
}
