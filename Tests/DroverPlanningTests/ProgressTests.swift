import DroverCore
import DroverPlanning
import Testing

/// The one rule by which objects are counted.
@Suite struct ProgressTests {
  private func status(_ conditions: [(ConditionType, Condition.Status, Reason)]) -> FieldValue {
    .object([
      "conditions": .array(
        conditions.map { type, status, reason in
          .object([
            "type": .string(type.rawValue), "status": .string(status.rawValue), "reason": .string(reason.rawValue),
          ])
        })
    ])
  }

  @Test(arguments: [
    ([(ConditionType.ready, Condition.Status.yes, Reason.loaded)], Progress.ready),
    ([], .progressing), ([(.ready, .unknown, .progressing), (.reconciling, .yes, .progressing)], .progressing),
    ([(.ready, .no, .loadFailed), (.reconciling, .yes, .progressingWithRetry)], .failing),
    ([(.ready, .no, .insufficientMemory), (.stalled, .yes, .insufficientMemory)], .stalled),
    ([(.ready, .no, .invalidManifest), (.stalled, .yes, .invalidManifest)], .invalid),
    ([(.ready, .no, .notPermitted), (.stalled, .yes, .notPermitted)], .invalid),
    // A model tells by SpecValid whether its manifest is refused, or its host.
    ([(.ready, .no, .notPermitted), (.stalled, .yes, .notPermitted), (.specValid, .yes, .valid)], .stalled),
    ([(.ready, .no, .heldBack), (.stalled, .yes, .heldBack), (.specValid, .no, .heldBack)], .invalid),
    ([(.ready, .no, .suspended)], .suspended),
    ([(.ready, .no, .notImplemented), (.stalled, .yes, .notImplemented)], .notImplemented),
    ([(.ready, .no, .notImplemented)], .notImplemented),
  ])
  func `what the conditions say decides`(
    conditions: [(ConditionType, Condition.Status, Reason)], expected: Progress
  ) {
    #expect(Progress(status: status(conditions)) == expected)
  }

  @Test func `a fleet has converged with what is ready, suspended or not implemented`() {
    #expect(Progress.allCases.filter(\.isSettled) == [.ready, .suspended, .notImplemented])
  }
}
