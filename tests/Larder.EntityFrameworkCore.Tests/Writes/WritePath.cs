using Larder.EntityFrameworkCore.Tests.Shop;

namespace Larder.EntityFrameworkCore.Tests.Writes;

/// <summary>One way to write product <c>first</c>, which is there, or <c>second</c>, which is not.</summary>
/// <param name="Run">Writes.</param>
/// <param name="IsSeenAtOnce">Whether the cache knows when the call has returned.</param>
public sealed record WritePath(Func<ShopContexts, int, int, Task> Run, bool IsSeenAtOnce = true);
