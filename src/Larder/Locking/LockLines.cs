namespace Larder.Locking;

/// <summary>
/// Lines of those in this process who wait for a lock. Only the first of a line asks the store, so that a release wakes one waiter of a
/// process and not all, and they get the lock in the order in which they came.
/// </summary>
internal sealed class LockLines
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource>> _lines = new(StringComparer.Ordinal);

    /// <summary>Takes a place at the end of a line.</summary>
    /// <returns>The place; its task ends when it is the first.</returns>
    public Place Enter(string key)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_lines.TryGetValue(key, out var line))
            {
                _lines.Add(key, line = []);
                turn.SetResult();
            }

            return new Place(this, key, line.AddLast(turn));
        }
    }

    private void Leave(string key, LinkedListNode<TaskCompletionSource> place)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            var line = place.List!;
            line.Remove(place);
            next = line.First?.Value;
            if (next is null)
            {
                _lines.Remove(key);
            }
        }

        next?.TrySetResult();
    }

    /// <summary>A place in a line, until it is disposed.</summary>
    internal sealed class Place(LockLines lines, string key, LinkedListNode<TaskCompletionSource> node) : IDisposable
    {
        public Task IsFirst => node.Value.Task;

        public void Dispose() => lines.Leave(key, node);
    }
}
