import DroverCore

/// What open requests have taken, by ticket. Places are used again, with their memory; a generation tells the users of
/// one place apart, so that nothing is ever given back twice.
struct TicketBook: Sendable {
  /// What one request has taken from one limit.
  struct LimitTouch: Sendable {
    var place: Int
    var entry: LimitState.Entry
    /// Whether the present attempt took it; what an earlier one took is only kept as a place in flight.
    var isPresent: Bool
  }

  /// What the present attempt holds of one budget.
  struct BudgetTouch: Sendable {
    var place: Int
    var window: Timestamp
  }

  struct Entry: Sendable {
    var generation: UInt32 = 0
    var isOpen = false
    /// Whether an attempt holds something; between attempts only the places in flight are kept.
    var isHolding = false
    var hold = Money.zero
    var reservedTokens: Int64 = 0
    var accessKey = 0
    var model = 0
    var route = 0
    var takenAt = Timestamp(milliseconds: 0)
    var limits: [LimitTouch] = []
    var budgets: [BudgetTouch] = []
  }

  var entries: [Entry] = []
  private var free: [UInt32] = []

  /// Tickets that are not finished.
  var openCount: Int { entries.count - free.count }

  mutating func open() -> AdmissionTicket {
    if let place = free.popLast() {
      let index = Int(place)
      entries[index].generation &+= 1
      entries[index].isOpen = true
      return AdmissionTicket(place: place, generation: entries[index].generation)
    }
    entries.append(Entry(isOpen: true))
    return AdmissionTicket(place: UInt32(truncatingIfNeeded: entries.count - 1), generation: 0)
  }

  /// The place of a ticket; nil where it was finished.
  func index(of ticket: AdmissionTicket) -> Int? {
    let index = Int(ticket.place)
    guard index < entries.count, entries[index].isOpen, entries[index].generation == ticket.generation else {
      return nil
    }
    return index
  }

  mutating func close(_ index: Int) {
    entries[index].isOpen = false
    entries[index].isHolding = false
    entries[index].limits.removeAll(keepingCapacity: true)
    entries[index].budgets.removeAll(keepingCapacity: true)
    free.append(UInt32(truncatingIfNeeded: index))
  }
}
