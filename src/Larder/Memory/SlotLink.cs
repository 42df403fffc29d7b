namespace Larder.Memory;

/// <summary>The neighbours of a slot in its list.</summary>
internal struct SlotLink(int newer, int older)
{
    public int Newer = newer;
    public int Older = older;
}
