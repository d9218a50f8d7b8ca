package import ArgumentParser
import DroverCore
import DroverSystem

package struct UsageCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "Show what models were used for and what that cost.",
    discussion: """
      Without --by: what all of it cost, and the models that cost anything, dearest first. Amounts are those that were
      charged at the time. Days and months begin in the time zone of the Fleet; sums are of whole hours.

      Examples:
        drover usage
        drover usage --by model --since 7d
        drover usage --by day --access-key team-a -o csv
      """)

  @Option(help: ArgumentHelp("model, key, route, provider or day.", valueName: "dimension"))
  var by: UsageGrouping?

  @Option(
    help: ArgumentHelp(
      "month, week, day, hour, all, a duration such as 7d, a day or an instant.", valueName: "time"))
  var since = "month"

  @Option(help: ArgumentHelp("Only usage of this model, by name, alias or key.", valueName: "model"))
  var model: String?

  @Option(help: ArgumentHelp("Only usage of this provider, by its name or its type.", valueName: "provider"))
  var provider: String?

  @Option(help: ArgumentHelp("Only usage of this AccessKey.", valueName: "name"))
  var accessKey: String?

  @Option(help: ArgumentHelp("Only usage through this Route.", valueName: "name"))
  var route: String?

  @Option(name: [.short, .customLong("output")], help: ArgumentHelp("json or csv.", valueName: "format"))
  var output: UsageFormat?

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let period = try UsagePeriod(since, now: console.now(), zone: try zone(client))
    let grouping = by ?? .model
    let filters = [("model", model), ("provider", provider), ("accessKey", accessKey), ("route", route)]
      .compactMap { name, value in value.map { (name: name, value: $0) } }
    let items = try client.usage(by: grouping.parameter, since: period.start, filters: filters)
    let lines = UsageLine.lines(items, by: grouping, in: period)
    switch output {
    case .json: console.write(UsageExport(grouping: grouping, lines: lines).json(period))
    case .csv: console.write(UsageExport(grouping: grouping, lines: lines).csv)
    case nil:
      console.write(period.text + ", " + scope + "\n")
      if by == nil {
        console.write(UsageSummary(lines: lines).render())
      } else if lines.isEmpty {
        console.note("No usage found.")
      } else {
        console.write(UsageTable(grouping: grouping, lines: lines).render())
      }
    }
    return 0
  }

  private var scope: String {
    let parts =
      [accessKey.map { "access key " + $0 } ?? "all access keys"]
      + [model.map { "model " + $0 }, provider.map { "provider " + $0 }, route.map { "route " + $0 }]
      .compactMap { $0 }
    return TerminalText.escaped(parts.joined(separator: ", "))
  }

  private func zone(_ client: FleetClient) throws(CLIError) -> ZoneRules {
    let name = try client.object(.fleet)?.text("spec", "timeZone") ?? "UTC"
    do throws(SystemError) { return try ZoneFile.rules(of: name) ?? .utc } catch {
      throw CLIError("the time zone '\(TerminalText.escaped(name))' of the Fleet is not known here: \(error)")
    }
  }
}

extension UsageGrouping: ExpressibleByArgument {}

/// How `usage` prints.
package enum UsageFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case json, csv }
