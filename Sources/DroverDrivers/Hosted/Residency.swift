import DroverCore

/// Which models a server has in memory.
enum Residency: Sendable, Equatable {
  /// It has no such notion, or does not tell: what it lists, it serves.
  case untold
  /// All that it lists, or none.
  case all(Bool)
  /// These, by their listed ids.
  case some([String: Resident])

  struct Resident: Sendable, Equatable {
    var memory: ByteCount?
    var contextWindow: Int?
    /// When the server will drop it unless it is used.
    var expiresAt: Timestamp?
  }

  /// What is known of one model.
  enum Presence: Equatable {
    case unknown, absent
    case present(Resident)
  }

  func presence(of model: ListedModel) -> Presence {
    if model.isRemote { return .unknown }
    switch self {
    case .untold: return .unknown
    case .all(let areLoaded): return areLoaded ? .present(Resident()) : .absent
    case .some(let residents): return residents[model.id].map(Presence.present) ?? .absent
    }
  }

  /// This without the figures that waver.
  var bare: Residency {
    guard case .some(let residents) = self else { return self }
    return .some(residents.mapValues { _ in Resident() })
  }

  /// Whether each of `models` is in memory, written into their entries.
  func marked(_ models: [ListedModel]) -> [ListedModel] {
    guard self != .untold else { return models }
    return models.map { model in
      var model = model
      model.isLoaded =
        switch presence(of: model) {
        case .unknown: nil
        case .absent: false
        case .present: true
        }
      return model
    }
  }
}
