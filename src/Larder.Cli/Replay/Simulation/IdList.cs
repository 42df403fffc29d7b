using System.Diagnostics;

namespace Larder.Cli.Replay.Simulation;

/// <summary>
/// A list of keys from the newest to the oldest, threaded through two arrays. Lists may share the arrays when a key is in only one of them at a
/// time.
/// </summary>
internal sealed class IdList(int[] newer, int[] older)
{
    public const int None = -1;

    public int Newest { get; private set; } = None;

    public int Oldest { get; private set; } = None;

    public int Count { get; private set; }

    public int NewerThan(int id) => newer[id];

    public void AddNewest(int id)
    {
        newer[id] = None;
        older[id] = Newest;
        if (Newest == None)
        {
            Oldest = id;
        }
        else
        {
            newer[Newest] = id;
        }

        Newest = id;
        Count++;
    }

    public void AddOldest(int id)
    {
        newer[id] = Oldest;
        older[id] = None;
        if (Oldest == None)
        {
            Newest = id;
        }
        else
        {
            older[Oldest] = id;
        }

        Oldest = id;
        Count++;
    }

    public void MoveToNewest(int id)
    {
        if (id != Newest)
        {
            Remove(id);
            AddNewest(id);
        }
    }

    public int RemoveOldest()
    {
        var id = Oldest;
        Remove(id);
        return id;
    }

    public void Remove(int id)
    {
        Debug.Assert(Count > 0, "A key is removed from the list that holds it.");
        if (newer[id] == None)
        {
            Newest = older[id];
        }
        else
        {
            older[newer[id]] = older[id];
        }

        if (older[id] == None)
        {
            Oldest = newer[id];
        }
        else
        {
            newer[older[id]] = newer[id];
        }

        Count--;
    }
}
