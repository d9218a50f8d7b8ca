import DroverCore
import Testing

@Suite struct ConditionTests {
  private let first = Timestamp(milliseconds: 1000)
  private let later = Timestamp(milliseconds: 9000)

  @Test func `the transition time moves with the status alone`() {
    let ready = Condition(.ready, .yes, .loaded, "one").following(nil, now: first)
    #expect(ready.lastTransitionTime == first)
    let renamed = Condition(.ready, .yes, .succeeded, "two", observedGeneration: 4).following(ready, now: later)
    #expect(renamed.lastTransitionTime == first)
    #expect(renamed.observedGeneration == 4)
    let failed = Condition(.ready, .no, .crashed).following(renamed, now: later)
    #expect(failed.lastTransitionTime == later)
    #expect(Condition(.ready, .unknown, .progressing).following(failed, now: first).lastTransitionTime == first)
  }

  @Test func `reasons are fit for Kubernetes tools`() {
    for reason in Reason.allCases {
      #expect(reason.rawValue.first?.isUppercase == true)
      #expect(reason.rawValue.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }
  }
}
