package import ArgumentParser
import DroverCore
import DroverManifests
import DroverPlanning

package struct ValidateCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check manifests: every problem with its place, and what to do about it.",
    discussion: """
      Needs neither secrets nor model files. With --server or --socket, droverd adds what only its host can check.
      Of single files without a server, what they refer to and do not hold is a warning: it may lie in other files.
      Exit status: 0 valid, 1 invalid, 2 could not check.
      """)

  @OptionGroup var source: ManifestOptions

  @Option(
    name: [.short, .customLong("output")], help: "text, json, junit, sarif or github.",
    completion: .list(DiagnosticReport.Format.allCases.map(\.rawValue)))
  var output = DiagnosticReport.Format.text

  @Flag(help: "Warnings count as errors.")
  var strict = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    // Forges and editors open the files by these paths.
    let isForMachines = output == .github || output == .sarif || output == .junit
    let input = try await ManifestInput(paths: source.files, in: console, showsWholePaths: isForMachines)
    let tree = await input.load(console)
    var report = DiagnosticReport(
      diagnostics: tree.diagnostics, counts: tree.counts, note: "Host checks: not run (no --server).")
    if connection.isExplicit {
      try addHostChecks(&report, input, tree.fleet, console)
    } else if input.isPartial {
      report.leaveOpen(in: tree.fleet)
    }
    let lines = console.isTerminal ? SourceLines(input) : nil
    console.write(report.render(output, sourceLine: lines.map { lines in { lines.line($1, of: $0) } }))
    console.discard((input, tree))
    if !input.unreadable.isEmpty { return 2 }
    return report.counts.errors > 0 || strict && report.counts.warnings > 0 ? 1 : 0
  }

  private func addHostChecks(
    _ report: inout DiagnosticReport, _ input: ManifestInput, _ fleet: DesiredFleet, _ console: Console
  ) throws {
    let plan: [Diagnostic]
    do throws(CLIError) {
      let client = try connection.client(in: console)
      plan = try PlanReply.read(try client.plan(input.proposed, isPartial: input.isPartial)).hostFindings
      report.note = "Host checks: run by \(client.address)."
    } catch {
      throw CLIError(error.message, exitCode: 2)
    }
    // The server names files by their path below the root.
    let names = Dictionary(input.files.map { ($0.path, $0.display) }) { first, _ in first }
    let known = Set(report.diagnostics.map { PlaceKey($0) })
    let added = plan.compactMap { diagnostic -> Diagnostic? in
      var diagnostic = diagnostic
      if let name = names[diagnostic.file] {
        diagnostic.file = name
      } else if input.isPartial || diagnostic.code == .unmarkedRemoval {
        // Of files that are not looked at.
        return nil
      }
      return known.contains(PlaceKey(diagnostic)) ? nil : diagnostic
    }
    // What a single file refers to may lie in others, which the server knows.
    let confirmed = Set(plan.compactMap { $0.code == .danglingReference ? $0.message : nil })
    let found = report.diagnostics.filter {
      input.isPartial && $0.code == .danglingReference && !confirmed.contains($0.message)
    }
    report.diagnostics = (report.diagnostics.filter { !found.contains($0) } + added).sorted()
    report.counts.errors = report.diagnostics.count { $0.severity == .error }
    report.counts.warnings = report.diagnostics.count { $0.severity == .warning }
    let refused = Set(added.filter { $0.severity == .error && $0.code != .heldBack }.compactMap(\.identity))
    let stillRefused = Set(report.diagnostics.filter { $0.severity == .error }.compactMap(\.identity))
    let newlyValid = Set(found.compactMap(\.identity)).subtracting(stillRefused).count
    let newlyInvalid = refused.count { fleet[$0]?.newest == .accepted } - newlyValid
    report.counts.valid -= newlyInvalid
    report.counts.invalid += newlyInvalid
  }

  private struct PlaceKey: Hashable {
    var (file, line, column) = ("", 0, 0)
    /// Not the message: the server counts its own objects in, so its numbers differ.
    var code: Diagnostic.Code

    init(_ diagnostic: Diagnostic) {
      (file, line, column) = (diagnostic.file, diagnostic.line, diagnostic.column)
      code = diagnostic.code
    }
  }
}

extension DiagnosticReport.Format: ExpressibleByArgument {}
