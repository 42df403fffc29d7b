namespace Larder.Store.Tests.Rows;

/// <summary>A row of the tests.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Grows with each write.</param>
public sealed record Account(long Id, long Version);
