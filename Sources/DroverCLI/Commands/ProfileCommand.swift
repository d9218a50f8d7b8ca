package import ArgumentParser
import DroverCore

package struct ProfileCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Measure how fast a loaded model is, by requests of its own.",
    discussion: """
      The requests go to the model itself, and to what it costs where it costs something. What they find stands in the
      model's status.

      Examples:
        drover profile llama-3-8b
        drover profile llama-3-8b --count 50
        drover profile llama-3-8b --history
      """)

  @Argument(help: "Name, alias or key of the model.", completion: ObjectCompletion.models)
  var model: String

  @Option(help: ArgumentHelp("How many requests; default: as its Model says, else 10.", valueName: "1-1000"))
  var count: Int?

  @Flag(help: "Measure nothing: list the profiles that are kept, newest first.")
  var history = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func validate() throws {
    if let count, !ProfileSettings.testCounts.contains(count) {
      throw ValidationError("--count must be from 1 to 1000")
    }
    if history, count != nil { throw ValidationError("--history excludes --count") }
  }

  package func run(in console: Console) async throws -> Int32 {
    let client = try connection.client(in: console)
    let name = try client.existingModel(model).name
    if history {
      console.write(ProfileCommand.table(try client.profiles(of: name), now: console.now()))
      return 0
    }
    console.note("profiling model/\(name); this takes as long as its requests")
    let metrics = try client.profile(name, testCount: count)
    console.write("model/\(name): \(PerformanceText.words(metrics))\n")
    return 0
  }

  private static func table(_ profiles: [ProfileRecord], now: Timestamp) -> String {
    var table = Table(header: ["AGE", "CAUSE", "REQUESTS", "OK", "TOK/S", "FIRST-TOKEN", "LATENCY", "MEMORY"])
    for profile in profiles {
      let metrics = profile.metrics
      func text(_ value: Double?, _ unit: String) -> String {
        value.map { PerformanceText.figure($0) + unit } ?? "<none>"
      }
      table.append([
        (now - profile.at).age, profile.cause.rawValue, String(metrics.totalInferences),
        text(metrics.successRate.map { $0 * 100 }, "%"), text(metrics.tokensPerSecond, ""),
        text(metrics.timeToFirstToken, "ms"), text(metrics.averageLatency, "ms"), text(metrics.memoryUsage, "MB"),
      ])
    }
    return table.render()
  }
}
