package import DroverCore

extension DiffReport {
  /// What `proposed` would do to `base`. Objects that are registered and not proposed count as absent for long enough;
  /// models of the same key and reload hash as vanished ones count as renamed.
  package static func make(base: World, proposed: DesiredFleet, baseTitle: String) -> DiffReport {
    let proposal = ProposedWorld(base: base, proposed: proposed)
    let plan = Planner.plan(proposal.accepted)
    let context = StatusContext(plan: plan, world: proposal.accepted)
    var builder = DiffBuilder(base: base, proposal: proposal, context: context)
    builder.compare()
    var diagnostics = proposed.diagnostics
    diagnostics += builder.warnings
    return DiffReport(
      base: baseTitle, changes: builder.changes.sorted { $0.object < $1.object }, unchanged: builder.counts.unchanged,
      memory: DiffMemory.lines(base: base, proposal: proposal, context: context), diagnostics: diagnostics.sorted(),
      counts: builder.counts, pruneConfirmation: proposal.verdict.confirmation)
  }
}
