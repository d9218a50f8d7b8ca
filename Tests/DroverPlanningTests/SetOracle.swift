import DroverCore

/// What model sets say of models, worked out anew from their manifests without any of the planner's code.
struct SetOracle {
  private struct Member {
    var set: String
    var group: String?
    var models: Set<String>
    var isOpen: Bool
    var isScheduled: Bool
  }

  private var sets: [Member] = []
  private var active: Set<String> = []

  init(_ desired: DesiredFleet, at now: Timestamp) {
    let models = desired.objects.filter { $0.identity.kind == .model }
    for object in desired.objects where object.identity.kind == .modelSet {
      guard let spec = object.resource?.spec, !object.isSuspended else { continue }
      let names = spec[path: ["match", "names"]]?.stringList
      let labels = spec[path: ["match", "matchLabels"]]?.map ?? []
      let matching = models.filter { model in
        (names.map { $0.contains(model.identity.name) } ?? true)
          && labels.allSatisfy { model.resource?.labels.contains(Label($0.key, $0.value.string ?? "")) ?? false }
      }
      let when = spec["active"]?.string
      sets.append(
        Member(
          set: object.identity.name, group: spec["exclusiveGroup"]?.string, models: Set(matching.map(\.identity.name)),
          isOpen: when == "Always" || when == "Schedule" && SetOracle.isOpen(spec["schedule"], now),
          isScheduled: when == "Schedule"))
    }
    var taken: Set<String> = []
    // A set whose window is open comes before one that is always active, and then the first by name.
    for set in sets.sorted(by: { ($0.isScheduled ? 0 : 1, $0.set) < ($1.isScheduled ? 0 : 1, $1.set) }) {
      guard set.isOpen, set.group.map({ taken.insert($0).inserted }) ?? true else { continue }
      active.insert(set.set)
    }
  }

  /// In UTC, whole minutes from `from` until `to`.
  private static func isOpen(_ schedule: FieldValue?, _ now: Timestamp) -> Bool {
    func minute(_ key: String) -> Int64 {
      let parts = (schedule?[key]?.string ?? "").split(separator: ":").compactMap { Int64($0) }
      return parts[0] * 60 + parts[1]
    }
    let day = Int64(24 * 60)
    let since = (now.milliseconds / 60_000 - minute("from")) % day
    let length = (minute("to") - minute("from") + day) % day
    return (since + day) % day < (length == 0 ? day : length)
  }

  /// The names of the active sets.
  var activeSets: Set<String> { active }

  /// Whether an active set wants the model loaded.
  func wants(_ model: String) -> Bool { sets.contains { active.contains($0.set) && $0.models.contains(model) } }

  /// Whether an active set of its group keeps the model unloaded.
  func excludes(_ model: String) -> Bool {
    guard !wants(model) else { return false }
    let groups = Set(sets.filter { $0.models.contains(model) }.compactMap(\.group))
    return sets.contains { active.contains($0.set) && $0.group.map(groups.contains) ?? false }
  }

  /// Whether some group has both, each in sets of its own.
  func areRivals(_ left: String, _ right: String) -> Bool {
    Set(sets.compactMap(\.group)).contains { group in
      let mine = sets.filter { $0.group == group && $0.models.contains(left) }
      let theirs = sets.filter { $0.group == group && $0.models.contains(right) }
      return !mine.isEmpty && !theirs.isEmpty && !mine.contains { $0.models.contains(right) }
    }
  }
}
