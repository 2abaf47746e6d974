using Microsoft.EntityFrameworkCore.Storage;

namespace ResellerPortal.Core.Persistence;

/// <summary>A transaction for <see cref="RowBatch"/>; rolled back if disposed without a commit.</summary>
public interface IRowTransaction : IAsyncDisposable
{
    Task CommitAsync();
}

/// <summary>The context's own transaction.</summary>
internal sealed class ContextTransaction(IDbContextTransaction transaction) : IRowTransaction
{
    public Task CommitAsync() => transaction.CommitAsync();

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
