namespace Larder.Tiers;

/// <summary>The kinds of locks.</summary>
internal enum LockKind
{
    Exclusive,
    Read,
    Write,
    Semaphore,
}
