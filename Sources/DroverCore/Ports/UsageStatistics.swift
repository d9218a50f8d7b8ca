/// The statistics of all models at hand: what was folded into the ledger so far, at the cost of a look-up.
///
/// Unlike ``UsageControl`` it waits for nothing, so what was recorded a moment ago may be missing.
package protocol UsageStatistics: Sendable {
  /// What changed after `version`, sorted by model and currency, with the version to ask after next. All of it after 0.
  func changes(after version: UInt64) -> (version: UInt64, usage: [ModelUsage])
  /// Of one model, sorted by currency.
  func usage(of model: String) -> [ModelUsage]
}
