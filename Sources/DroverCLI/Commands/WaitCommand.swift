package import ArgumentParser
import DroverCore

package struct WaitCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until objects are as they should be.",
    discussion: """
      Fails at once where an object is stalled, since no amount of time helps then. With -f, objects that this version
      of droverd accepts without acting on them are left out, with a note.

      Examples:
        drover wait model/llama-3-8b --for=condition=Ready --timeout=2m
        drover wait -f manifests
        drover wait models --timeout=10m
        drover wait model/llama-3-8b --for=jsonpath={.status.state}=Unloaded
        drover wait --for=revision=91ab04e
      """)

  @Argument(
    help: ArgumentHelp("KIND/NAME…, or KIND for all of them.", valueName: "object"),
    completion: ObjectCompletion.objects)
  var objects: [String] = []

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "condition=TYPE, condition=TYPE=False, create, delete, revision=COMMIT or jsonpath={PATH}=VALUE; several must "
        + "all hold. Default: condition=Ready.", valueName: "goal"))
  var goals: [String] = []

  @Option(
    name: [.customShort("f"), .customLong("filename")],
    help: ArgumentHelp("Until the server has accepted these very manifests.", valueName: "path"), completion: .file())
  var files: [String] = []

  @Option(help: "How long, such as 90s or 10m; 0s checks once.")
  var timeout = "30s"

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    guard let limit = timeout == "0" ? .zero : Duration(manifestText: timeout) else {
      throw CLIError("--timeout '\(timeout)' is no duration; expected for example 30s or 10m")
    }
    let goals = try parsedGoals(console)
    guard !objects.isEmpty || !files.isEmpty || goals.contains(where: \.isRevision) else {
      throw CLIError("name what to wait for: KIND/NAME…, KIND, -f PATH or --for=revision=COMMIT")
    }
    // Before any connection: what is wrong here needs no server.
    let selection = objects.isEmpty ? nil : try ObjectSelection(objects)
    var targets: [WaitTarget] = []
    let input = files.isEmpty ? nil : try await ManifestInput(paths: files, in: console)
    if let input, !input.isPartial { targets = try WaitCommand.targets(of: await input.load(console), goals) }
    let client = try connection.client(in: console)
    if let input, input.isPartial { targets = try await WaitCommand.targets(of: input, client, goals, console) }
    if let selection {
      targets = try WaitCommand.identities(selection, client).map { WaitTarget(identity: $0, goals: goals) } + targets
    }
    if targets.isEmpty { targets = [WaitTarget(identity: .fleet, goals: goals)] }
    return try WaitLoop(targets: targets, limit: limit, client: client, console: console).run()
  }

  /// A kind without names is all of its objects, as they are now.
  private static func identities(_ selection: ObjectSelection, _ client: FleetClient) throws(CLIError) -> [Identity] {
    var result: [Identity] = []
    for target in selection.targets {
      switch target {
      case .object(let identity): result.append(identity)
      case .kind(.fleet): result.append(.fleet)
      case .kind(let kind):
        let found = try client.objects(of: kind).compactMap(\.identity)
        if found.isEmpty {
          try client.requireFirstScan()
          throw CLIError("there are no \(kind.plural) to wait for")
        }
        result += found
      case .everything: throw CLIError("'all' is not possible here; name a kind, or objects as KIND/NAME")
      }
    }
    return result
  }

  private func parsedGoals(_ console: Console) throws(CLIError) -> [WaitGoal] {
    guard !goals.isEmpty else { return [.condition(type: "Ready", status: "True")] }
    var parsed: [WaitGoal] = []
    for text in goals {
      do throws(CLIError) { parsed.append(try WaitGoal(text)) } catch {
        guard text.hasPrefix("revision"), let present = presentRevision(console) else { throw error }
        throw CLIError(error.message + "; the server's revision is \(TerminalText.escaped(present))")
      }
    }
    return parsed
  }

  private func presentRevision(_ console: Console) -> String? {
    let fleet = try? connection.client(in: console).object(.fleet)
    return fleet?.text("status", "revision")
  }
}
