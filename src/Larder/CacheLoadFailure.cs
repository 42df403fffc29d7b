namespace Larder;

/// <summary>A load that failed.</summary>
/// <param name="Key">The key that was loaded, with the prefix of the view.</param>
/// <param name="Exception">What the loader threw, or a <see cref="LoadTimeoutException"/>.</param>
/// <param name="IsRefresh">Whether a present value was loaded anew in the background.</param>
public readonly record struct CacheLoadFailure(string Key, Exception Exception, bool IsRefresh);
