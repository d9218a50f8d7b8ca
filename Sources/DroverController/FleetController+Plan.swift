package import DroverCore
import DroverManifests
import DroverPlanning
import FoundationEssentials

extension FleetController {
  /// Answers `drover diff`: the proposed tree is folded over what is desired now, and planned against what is observed
  /// now, by the same functions that the loop uses.
  @concurrent
  package func plan(files: [ProposedFile], isPartial: Bool) async -> [UInt8] {
    let state = loop.latest.state
    let now = loop.surroundings.now()
    let root = state.desired.roots.first?.path ?? "."
    let tree = await ManifestTree.load(
      files.map { ManifestTree.Input(root: root, path: $0.path, bytes: $0.bytes) },
      roots: [RootState(path: root, files: files.count)], isComplete: !isPartial, previous: state.desired,
      policy: loop.options.policy, now: now, decoder: loop.decoder)
    let title =
      "server \(loop.options.policy.node)" + (state.desired.revision.map { " at \($0.prefix(7))" } ?? "")
      + ", observed \(now.description.dropFirst(11))"
    var base = state.world(node: loop.options.policy.node, now: now)
    let ending = Set(
      Overrides.ending(state.overrides, desired: tree.fleet, now: now).map(\.override.key))
    let proposed = tree.fleet.overridden(by: state.overrides.filter { !ending.contains($0.key) })
    await readFacts(of: proposed, into: &base)
    var report = DiffReport.make(base: base, proposed: proposed, baseTitle: title)
    report.diagnostics += Overrides.notices(state.overrides, ending: ending, in: state.desired)
    report.diagnostics.sort()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(report)).map(Array.init) ?? []
  }

  /// Reads the files of models that are proposed anew, so that the memory they will take is foretold.
  private func readFacts(of proposed: DesiredFleet, into world: inout World) async {
    for object in proposed.objects where object.identity.kind == .model {
      let name = object.identity.name
      guard let resource = object.resource, world.observed.facts[name]?.reloadHash != resource.reloadHash,
        let provider = resource.spec["provider"]?.string,
        let spec = proposed[Identity(.provider, provider)]?.resource?.spec
      else { continue }
      let target = ModelTarget(
        model: ModelSpec(name: name, spec: resource.spec), provider: ProviderSpec(name: provider, spec: spec),
        reloadHash: resource.reloadHash)
      guard target.provider.isManaged, let driver = loop.effects.drivers.driver(for: target.provider) else { continue }
      world.observed.facts[name] = await driver.facts(of: target)
    }
  }
}
