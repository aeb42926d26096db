/// Sorts names so that each stands after those it depends on, in the given order otherwise.
///
/// - Returns: The sorted names, and one cycle in its own order if there is any.
/// - Complexity: O(n^2) in the number of names.
func topologicalOrder(
    _ names: [String], after dependencies: (String) -> [String]
) -> (order: [String], cycle: [String]) {
    var order: [String] = []
    var pending = names
    while true {
        let ready = pending.firstIndex { name in
            dependencies(name).allSatisfy { order.contains($0) || !names.contains($0) }
        }
        guard let ready else { break }
        order.append(pending.remove(at: ready))
    }
    guard var current = pending.first else { return (order, []) }
    // Every name that is left depends on another that is left; following them closes a circle.
    var path: [String] = []
    while !path.contains(current) {
        path.append(current)
        guard let next = dependencies(current).first(where: pending.contains) else { break }
        current = next
    }
    let cycle = path.drop { $0 != current }
    return (order, cycle.reversed())
}
