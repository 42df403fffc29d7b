namespace Larder.Soak.Schedules;

/// <summary>
/// Some reads and changes of two keys by several caches, with each message of theirs delivered, each loader let go and each fault made to happen in an order that a seed
/// decides. The caches and the server are the real ones; what is drawn by lot is everything that a network and a scheduler could do to them.
/// </summary>
internal sealed class Schedule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Random _random;
    private readonly Node[] _nodes;
    private readonly string[] _keys;
    private readonly string _tag;
    private readonly CacheEntryOptions _entry;
    private readonly bool _hasFaults;
    private readonly Lock _gate = new();
    private readonly int[] _source;
    private readonly int[,] _acknowledged;
    private readonly bool[] _isBeingSet;
    private readonly Queue<(string What, TaskCompletionSource Ends)> _loaders = new();
    private readonly List<(string What, Task Task)> _running = [];
    private readonly List<string> _log = [];
    private readonly List<string> _violations = [];
    private bool _loadersRun;

    public Schedule(int seed, Node[] nodes, bool hasFaults)
    {
        (_random, _nodes, _hasFaults) = (new Random(seed), nodes, hasFaults);
        _keys = [$"{seed}:a", $"{seed}:b"];
        _tag = $"{seed}";
        _entry = new CacheEntryOptions { TimeToLive = TimeSpan.FromMinutes(5), Tags = [_tag] };
        _source = new int[_keys.Length];
        _isBeingSet = new bool[_keys.Length];
        _acknowledged = new int[nodes.Length, _keys.Length];
    }

    public int Reads { get; private set; }

    public int Changes { get; private set; }

    public int Steps { get; private set; }

    public IReadOnlyList<string> Log => _log;

    /// <summary>Runs it to its end.</summary>
    /// <returns>What did not hold.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        Array.ForEach(_nodes, node => node.Proxy.Hold(true));
        for (var left = _random.Next(4, 12); left > 0 || HasWork();)
        {
            Settle();
            left -= Step(left);
            Steps++;
        }

        await EndAsync();
        return _violations;
    }

    /// <summary>Waits until the caches have done what they do about the last message. What they then wait for is the next.</summary>
    private static void Settle()
    {
        for (var calm = 0; calm < 4;)
        {
            var before = ThreadPool.CompletedWorkItemCount;
            Thread.Yield();
            Thread.SpinWait(400);
            calm = ThreadPool.PendingWorkItemCount == 0 && ThreadPool.CompletedWorkItemCount == before ? calm + 1 : 0;
        }
    }

    private bool HasWork()
    {
        if (!_running.TrueForAll(one => one.Task.IsCompleted))
        {
            // What waits for a connection that is being made anew has no message to deliver.
            return _loaders.Count > 0 || _nodes.Any(node => node.Proxy.Waiting().Count > 0);
        }

        return false;
    }

    private int Step(int left)
    {
        var pipes = _nodes.SelectMany(node => node.Proxy.Waiting()).ToArray();
        var choice = _random.Next((left > 0 ? 3 : 0) + (3 * pipes.Length) + (_loaders.Count > 0 ? 2 : 0) + 1);
        if (left > 0 && (choice -= 3) < 0)
        {
            Begin();
            return 1;
        }

        if (_loaders.Count > 0 && (choice -= 2) < 0)
        {
            var (what, ends) = _loaders.Dequeue();
            Note(what);
            ends.SetResult();
        }
        else if (choice < 3 * pipes.Length)
        {
            var pipe = pipes[choice / 3];
            Note(pipe.Name);
            pipe.DeliverOne();
        }
        else if (_hasFaults && _random.Next(4) == 0)
        {
            Disturb(_nodes[_random.Next(_nodes.Length)]);
        }

        return 0;
    }

    private void Disturb(Node node)
    {
        if (_random.Next(2) == 0)
        {
            var by = TimeSpan.FromSeconds(_random.Next(-60, 60));
            Note($"the clock of {node.Name} jumps by {by}");
            node.Clock.Jump(by);
        }
        else if (node.Proxy.Break(_random))
        {
            Note($"a connection of {node.Name} breaks");
        }
    }

    private void Begin()
    {
        var number = _random.Next(_nodes.Length);
        var key = _random.Next(_keys.Length);
        switch (_random.Next(7))
        {
            case 0 or 1 when !_isBeingSet[key]:
                Change(number, [key], $"removes {_keys[key]}", cache => cache.RemoveAsync(_keys[key]).AsTask());
                break;
            case 2 when !Array.Exists(_isBeingSet, isBeingSet => isBeingSet):
                Change(number, [0, 1], "removes the tag", cache => cache.RemoveByTagAsync(_tag).AsTask());
                break;
            case 3 when !_isBeingSet[key] && _running.TrueForAll(one => one.Task is { IsCompleted: true } or Task<int>):
                // Two that write the same key at once may come in either order; the source would lock its row.
                _isBeingSet[key] = true;
                Change(number, [key], $"sets {_keys[key]}", async cache =>
                {
                    await cache.SetAsync(_keys[key], _source[key], _entry);
                    _isBeingSet[key] = false;
                });
                break;
            default:
                Read(number, key);
                break;
        }
    }

    private void Change(int number, int[] keys, string what, Func<ICache, Task> change)
    {
        Changes++;
        var versions = Array.ConvertAll(keys, key => ++_source[key]);
        Note($"{_nodes[number].Name} {what}, version {string.Join(" and ", versions)}");
        _running.Add((what, Task.Run(async () =>
        {
            await change(_nodes[number].Cache);
            lock (_gate)
            {
                for (var i = 0; i < keys.Length; i++)
                {
                    ref var acknowledged = ref _acknowledged[number, keys[i]];
                    acknowledged = Math.Max(acknowledged, versions[i]);
                }
            }

            Note($"{_nodes[number].Name} {what}: done");
        })));
    }

    private void Read(int number, int key)
    {
        Reads++;
        Note($"{_nodes[number].Name} reads {_keys[key]}");
        _running.Add(($"reads {_keys[key]}", Task.Run(async () =>
        {
            int floor;
            lock (_gate)
            {
                floor = _acknowledged[number, key];
            }

            var version = await _nodes[number].Cache.GetOrCreateAsync(_keys[key], _ => LoadAsync(number, key), _entry);
            Note($"{_nodes[number].Name} has read {_keys[key]}: {version}");
            if (version < floor)
            {
                Violates($"{_nodes[number].Name} read version {version} of {_keys[key]} after it had acknowledged {floor}");
            }

            return version;
        })));
    }

    private async ValueTask<int> LoadAsync(int number, int key)
    {
        var version = Volatile.Read(ref _source[key]);
        Note($"{_nodes[number].Name} loads {_keys[key]}: {version}");
        Task held;
        lock (_gate)
        {
            if (_loadersRun)
            {
                return version;
            }

            var ends = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _loaders.Enqueue(($"the loader of {_nodes[number].Name} ends with version {version} of {_keys[key]}", ends));
            held = ends.Task;
        }

        await held;
        return version;
    }

    /// <summary>Lets all go on, and looks at what is left at rest.</summary>
    private async Task EndAsync()
    {
        Note("all go on");
        Array.ForEach(_nodes, node => node.Proxy.Hold(false));
        lock (_gate)
        {
            _loadersRun = true;
            while (_loaders.TryDequeue(out var loader))
            {
                loader.Ends.SetResult();
            }
        }

        try
        {
            await Task.WhenAll([.. _running.Select(one => one.Task), .. _nodes.Select(node => node.CalmAsync())]).WaitAsync(Patience);
        }
        catch (Exception exception)
        {
            Note(exception.ToString());
            var open = _running.Where(one => !one.Task.IsCompleted).Select(one => one.What);
            Violates($"{ErrorLine.Of(exception)}; not at its end: {string.Join(", ", open)}; {string.Join(", ", _nodes.Where(node => !node.IsCalm).Select(node => $"{node.Name} is not calm"))}");
            return;
        }

        foreach (var node in _nodes)
        {
            for (var key = 0; key < _keys.Length; key++)
            {
                await RestAsync(node, key);
            }
        }
    }

    /// <summary>Reads a key until what is read is right: pushes may be on their way still, but not for long.</summary>
    private async Task RestAsync(Node node, int key)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await node.Cache.GetAsync<int>(_keys[key]) is { HasValue: true } hit && hit.Value != _source[key])
        {
            if (TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(2))
            {
                Violates($"{node.Name} has version {hit.Value} of {_keys[key]} at rest, and {_source[key]} is right");
                return;
            }

            await Task.Delay(1);
        }
    }

    private void Note(string what)
    {
        lock (_gate)
        {
            _log.Add(what);
        }
    }

    private void Violates(string what)
    {
        Note(what);
        lock (_gate)
        {
            _violations.Add(what);
        }
    }
}
