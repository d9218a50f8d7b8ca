import DroverCore

/// The conditions of one object while its status is made: each goes on from the one before.
struct ConditionSet {
  private let previous: [Condition]
  private let generation: Int64
  private let now: Timestamp
  private var conditions: [Condition] = []

  init(previous: FieldValue?, generation: Int64, now: Timestamp) {
    self.previous = (previous?["conditions"]?.list ?? []).compactMap { Condition($0.value) }
    self.generation = generation
    self.now = now
  }

  /// The condition as it was before this round.
  func before(_ type: ConditionType) -> Condition? { previous.first { $0.type == type } }

  mutating func set(_ type: ConditionType, _ status: Condition.Status, _ reason: Reason, _ message: String = "") {
    conditions.append(
      Condition(type, status, reason, message.asSentence, observedGeneration: generation)
        .following(before(type), now: now))
  }

  var fieldValue: FieldValue { .array(conditions.map(\.fieldValue)) }
}

extension Condition {
  init?(_ value: FieldValue) {
    guard let type = value["type"]?.string.flatMap(ConditionType.init),
      let status = value["status"]?.string.flatMap(Status.init),
      let reason = value["reason"]?.string.flatMap(Reason.init)
    else { return nil }
    self.init(
      type, status, reason, value["message"]?.string ?? "",
      observedGeneration: value["observedGeneration"]?.integer ?? 0,
      lastTransitionTime: value["lastTransitionTime"]?.string.flatMap(Timestamp.init(rfc3339:))
        ?? Timestamp(milliseconds: 0))
  }

  var fieldValue: FieldValue {
    .object([
      "type": .string(type.rawValue), "status": .string(status.rawValue), "reason": .string(reason.rawValue),
      "message": .string(message), "observedGeneration": .integer(observedGeneration),
      "lastTransitionTime": .string(lastTransitionTime.description),
    ])
  }
}

extension String {
  /// With a capital first letter, where the first word is a plain one, and a full stop.
  var asSentence: String {
    guard let first = unicodeScalars.first else { return self }
    var text = self
    let word = prefix { $0 != " " && $0 != "," }
    if ("a"..."z").contains(first), word.utf8.allSatisfy({ $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }) {
      text = prefix(1).uppercased() + dropFirst()
    }
    return text.hasSuffix(".") || text.hasSuffix("!") || text.hasSuffix("?") ? text : text + "."
  }
}
