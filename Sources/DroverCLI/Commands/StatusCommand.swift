package import ArgumentParser
import DroverCore

package struct StatusCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show at a glance whether the fleet is as the manifests say; 1 if it is not.")

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let problems = try client.problems()
    let summary = FleetSummary(objects: try client.objects(), problems: problems, now: console.now())
    guard summary.hasFleet else { throw CLIError(FleetClient.unscanned(problems)) }
    console.write(summary.render())
    return summary.isConverged ? 0 : 1
  }
}
