using System.Diagnostics;

namespace Larder.Memory;

/// <summary>A list of slots from the newest to the oldest, linked through an array beside the slots. Slot zero is none.</summary>
internal struct SlotList
{
    private int _newest;
    private int _oldest;

    public int Oldest => _oldest;

    public int Count { get; private set; }

    public void AddNewest(SlotLink[] links, int index)
    {
        links[index] = new SlotLink(newer: 0, older: _newest);
        if (_newest != 0)
        {
            links[_newest].Newer = index;
        }
        else
        {
            _oldest = index;
        }

        _newest = index;
        Count++;
    }

    public void AddOldest(SlotLink[] links, int index)
    {
        links[index] = new SlotLink(newer: _oldest, older: 0);
        if (_oldest != 0)
        {
            links[_oldest].Older = index;
        }
        else
        {
            _newest = index;
        }

        _oldest = index;
        Count++;
    }

    public void Remove(SlotLink[] links, int index)
    {
        var link = links[index];
        if (link.Newer != 0)
        {
            links[link.Newer].Older = link.Older;
        }
        else
        {
            _newest = link.Older;
        }

        if (link.Older != 0)
        {
            links[link.Older].Newer = link.Newer;
        }
        else
        {
            _oldest = link.Newer;
        }

        links[index] = default;
        Count--;
        Debug.Assert(Count >= 0, "A list cannot hold fewer than no slots.");
    }
}
