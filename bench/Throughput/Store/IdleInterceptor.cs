using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Larder.Throughput.Store;

/// <summary>Hears of all that the interceptors of Larder hear of, and does nothing: what that costs is no cost of a cache.</summary>
internal sealed class IdleInterceptor : ISaveChangesInterceptor, IDbCommandInterceptor, IDbTransactionInterceptor;
