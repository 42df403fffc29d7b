namespace Larder.Tiers;

/// <summary>The answer to a request for a lock.</summary>
/// <param name="FencingToken">A number above all that were given for the lock before; zero when others hold it.</param>
/// <param name="FreeInMs">When others hold it: after how many milliseconds the first of their leases ends if it is not renewed.</param>
internal readonly record struct LockGrant(long FencingToken, long FreeInMs)
{
    public bool IsHeld => FencingToken > 0;
}
