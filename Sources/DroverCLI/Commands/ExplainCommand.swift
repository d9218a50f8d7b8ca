package import ArgumentParser
import DroverCore
import DroverManifests

package struct ExplainCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a kind or a field of the manifests.",
    discussion: "Example: drover explain model.spec.llamaCpp")

  @Argument(
    help: ArgumentHelp("KIND or KIND.FIELD…", valueName: "path"),
    completion: .list(Kind.allCases.map(\.singular)))
  var path: String

  @Flag(help: "Show all fields below, by name and type.")
  var recursive = false

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    do throws(Explain.Failure) {
      console.write(try Explain.text(path: path, recursive: recursive))
      return 0
    } catch {
      throw CLIError(error.description)
    }
  }
}
