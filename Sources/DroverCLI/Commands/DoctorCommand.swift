package import ArgumentParser
import DroverCore
import DroverHTTP

package struct DoctorCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at everything that droverd depends on; 1 if something is wrong.",
    discussion: """
      The state folder, the databases, the ledger (all of it is added up anew), the host policy with its engines and
      secrets, the manifests, and models that end soon: one line each, with what to do where something is wrong.
      """)

  @Option(name: [.short, .customLong("output")], help: ArgumentHelp("json.", valueName: "format"))
  var output: DoctorFormat?

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let answer = try connection.client(in: console).doctor()
    let checks = (answer["checks"]?.list ?? []).map(\.value)
    if output == .json {
      console.write(answer.prettyJSON() + "\n")
    } else {
      console.write(Self.table(checks))
    }
    return checks.contains { $0["outcome"]?.string == Finding.Outcome.failed.rawValue } ? 1 : 0
  }

  private static func table(_ checks: [FieldValue]) -> String {
    let names = checks.map { TerminalText.cell($0["check"]?.string ?? "") }
    let width = names.map(\.count).max() ?? 0
    var text = ""
    var counts: [Finding.Outcome: Int] = [:]
    for (check, name) in zip(checks, names) {
      let outcome = check["outcome"]?.string.flatMap(Finding.Outcome.init(rawValue:)) ?? .failed
      counts[outcome, default: 0] += 1
      let padding = String(repeating: " ", count: width - name.count)
      text += "\(outcome.mark)   \(name)\(padding)   \(TerminalText.cell(check["message"]?.string ?? ""))\n"
    }
    func some(_ outcome: Finding.Outcome) -> Int { counts[outcome] ?? 0 }
    let warnings = some(.warning)
    return text + "\(checks.count) check\(checks.count == 1 ? "" : "s"): \(some(.ok)) ok, \(warnings) "
      + "warning\(warnings == 1 ? "" : "s"), \(some(.failed)) failed\n"
  }
}

extension Finding.Outcome {
  /// Four letters; what is wrong stands out.
  fileprivate var mark: String {
    switch self {
    case .ok: "ok  "
    case .warning: "warn"
    case .failed: "FAIL"
    }
  }
}

extension FleetClient {
  /// What droverd found of everything that it depends on.
  func doctor() throws(CLIError) -> FieldValue {
    try json(FleetRequest("GET", "/api/v1/doctor", timeout: .seconds(300)))
  }
}

/// How `doctor` prints.
package enum DoctorFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case json }
