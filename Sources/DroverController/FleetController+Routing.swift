package import DroverCore

extension FleetController: RoutingSource {
  package var routing: Routing { loop.latest.routing }

  package func instance(_ id: String) -> Instance? { loop.latest.instance(id) }
}
