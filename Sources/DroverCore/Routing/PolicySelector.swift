/// One of the selectors below the `match` of a policy.
package enum PolicySelector {
  /// Whether it covers an object: an absent selector covers all, an empty list none.
  package static func covers(_ selector: FieldValue?, _ name: String, _ labels: [Label]) -> Bool {
    guard let selector else { return true }
    if selector.list != nil { return selector.stringList.contains(name) }
    return (selector["matchLabels"]?.map ?? []).allSatisfy { entry in
      labels.contains { $0.key == entry.key && $0.value == entry.value.scalarText }
    }
  }
}
