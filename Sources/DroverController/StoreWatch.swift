import DroverCore

/// Looks now and then whether the durable state is still where it was put: a fleet in which nothing changes would not
/// notice for days that it was removed.
struct StoreWatch {
  let store: any FleetStore
  let inbox: Inbox
  let surroundings: Surroundings

  static let interval = Duration.seconds(5)

  func run() async {
    while true {
      do {
        try await surroundings.sleep(StoreWatch.interval)
      } catch {
        return
      }
      do throws(StoreError) { try await store.check() } catch { inbox.post(.storeInDoubt) }
    }
  }
}
