package import ArgumentParser
import DroverCore
import DroverManifests
import DroverPlanning
import DroverSystem

package struct DiffCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Foretell what these manifests would do. Changes nothing.",
    discussion: """
      Compares with the running droverd, unless --status, --base or --snapshot names something else.
      Exit status: 0 no difference, 1 differences, 2 error.

      Examples:
        drover diff -f manifests
        drover diff --base main -o markdown
        drover diff --status /var/lib/drover/status
      """)

  @OptionGroup var source: ManifestOptions

  @Option(help: ArgumentHelp("Compare with these status files.", valueName: "folder"), completion: .directory)
  var status: String?

  @Option(
    help: ArgumentHelp(
      "Compare with these manifests: another folder, or a commit of the same repository.",
      valueName: "revision|folder"))
  var base: String?

  @Option(
    help: ArgumentHelp(
      "Compare with objects saved by 'drover get all -o yaml'; with --base, take what is observed from them.",
      valueName: "file"), completion: .file())
  var snapshot: String?

  @Option(name: [.short, .customLong("output")], help: "text, json or markdown.")
  var output = DiffFormat.text

  @Flag(help: "Print new objects whole.")
  var full = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func validate() throws {
    let named = [status != nil, base != nil || snapshot != nil, connection.isExplicit].count { $0 }
    if named > 1 {
      throw ValidationError("--server or --socket, --status, and --base or --snapshot exclude each other")
    }
  }

  package func run(in console: Console) async throws -> Int32 {
    var input = try await ManifestInput(paths: source.files, in: console)
    var report = try await report(&input, console)
    if let revision = input.roots.lazy.compactMap(\.revision).first {
      // The commit of an edited tree is only where the edits began.
      let isEdited = report.base.contains(revision) && !report.changes.isEmpty
      report.base += isEdited ? "; this tree with edits" : "; this tree \(revision)"
    }
    try console.write(output.render(report, full: full, style: console.style, isTerminal: console.isTerminal))
    let isBroken = !input.unreadable.isEmpty || report.diagnostics.contains { $0.severity == .error }
    console.discard(input)
    return isBroken ? 2 : report.changes.isEmpty ? 0 : 1
  }

  private func report(_ input: inout ManifestInput, _ console: Console) async throws -> DiffReport {
    var base: DiffBase
    if status != nil || self.base != nil || snapshot != nil {
      base = try await namedBase(input, console)
      notePartial(input, console)
    } else if let answer = try serverReport(input, console) {
      return answer
    } else {
      console.note("no droverd runs here and no base is named: comparing with nothing")
      base = .nothing(now: console.now())
    }
    for note in base.notes { console.note(note) }
    if let root = base.root { input.move(to: root) }
    // What is held against its manifest must not pass for what the manifest says.
    let held = base.world.overrides
    var previous = base.world.desired
    previous.objects.removeAll { object in held.contains { $0.object == object.identity } }
    let tree = await input.load(console, previous: previous, twin: base.scan, isComplete: !input.isPartial)
    defer { console.discard((base, tree)) }
    base.world.zone = (try? ZoneFile.rules(of: tree.fleet.fleetSpec.timeZone)) ?? .utc
    let ending = Set(Overrides.ending(held, desired: tree.fleet, now: base.world.now).map(\.override.key))
    let proposed = tree.fleet.overridden(by: held.filter { !ending.contains($0.key) })
    var report = DiffReport.make(base: base.world, proposed: proposed, baseTitle: base.title)
    report.diagnostics += Overrides.notices(held, ending: ending, in: base.world.desired)
    report.diagnostics.sort()
    return report
  }

  private func notePartial(_ input: ManifestInput, _ console: Console) {
    guard input.isPartial else { return }
    let names = source.files.map { $0 == "-" ? "standard input" : $0 }.joined(separator: ", ")
    console.note("comparing \(TerminalText.escaped(names)) alone; the rest of the fleet is left as it is")
  }

  /// Nil where no server is named and no socket of one exists. One that is down is an error: a comparison with nothing
  /// would pass for the truth.
  private func serverReport(_ input: ManifestInput, _ console: Console) throws -> DiffReport? {
    guard let address = try connection.address(in: console) else { return nil }
    let client = FleetClient(transport: console.connect(address), address: address)
    do throws(CLIError) { _ = try client.version() } catch {
      throw CLIError(error.message + ", or name another base with --status, --base or --snapshot", exitCode: 2)
    }
    notePartial(input, console)
    return try PlanReply.read(try client.plan(input.proposed, isPartial: input.isPartial))
  }

  private func namedBase(_ input: ManifestInput, _ console: Console) async throws -> DiffBase {
    let now = console.now()
    if let status { return try DiffBase.status(folder: status, now: now) }
    let saved = try snapshot.map { file throws(CLIError) in try DiffBase.snapshot(file: file, now: now) }
    guard let name = base else { return saved ?? .nothing(now: now) }
    let folder = try source.singleFolder()
    var result: DiffBase
    if ManifestInput.isFolder(name) {
      var other = try await ManifestInput(paths: [name], in: console, showsWholePaths: true)
      other.move(to: folder)
      result = .tree(await other.load(console), title: "folder \(name)", now: now)
    } else {
      let git = try GitTree(revision: name, folder: folder)
      let tree = await ManifestTree.load(
        git.files, roots: [RootState(path: folder, revision: git.commit, files: git.files.count)], now: now,
        decoder: ManifestDecoder(isTimeZone: TimeZones.exists))
      result = .tree(tree, title: "commit \(git.commit)", now: now)
      result.notes += git.links.map { "\(git.commit):\($0) is a symbolic link; links in a commit are not followed" }
    }
    if let saved {
      result.world.observed = saved.world.observed
      result.world.attempts = saved.world.attempts
      result.world.measurements = saved.world.measurements
      result.world.node = saved.world.node
      result.world.overrides = saved.world.overrides
    }
    return result
  }
}
