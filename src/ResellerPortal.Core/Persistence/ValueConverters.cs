using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

internal sealed class TypedIdConverter<TId>() : ValueConverter<TId, Guid>(ToGuid(), FromGuid())
    where TId : struct, ITypedId
{
    private static Expression<Func<TId, Guid>> ToGuid()
    {
        var id = Expression.Parameter(typeof(TId));
        return Expression.Lambda<Func<TId, Guid>>(Expression.Property(id, nameof(ITypedId.Value)), id);
    }

    private static Expression<Func<Guid, TId>> FromGuid()
    {
        var value = Expression.Parameter(typeof(Guid));
        return Expression.Lambda<Func<Guid, TId>>(Expression.New(typeof(TId).GetConstructor([typeof(Guid)])!, value), value);
    }
}

/// <summary>Instants as UTC microseconds since 1970, so that sorting and filtering translate on every provider.</summary>
internal sealed class UtcMicrosecondsConverter() : ValueConverter<DateTimeOffset, long>(
    instant => UtcMicroseconds.From(instant),
    micros => UtcMicroseconds.ToInstant(micros));

/// <summary>Instants as whole microseconds since 1970-01-01T00:00:00Z, as stored in the database and hashed in the ledger.</summary>
public static class UtcMicroseconds
{
    public static long From(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToInstant(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}

internal sealed class CurrencyCodeConverter() : ValueConverter<Currency, string>(
    currency => currency.Code,
    code => Currency.FromCode(code));

/// <summary>A short list of words without spaces, stored as one space-separated text.</summary>
internal sealed class WordListConverter() : ValueConverter<IReadOnlyList<string>, string>(
    words => string.Join(' ', words),
    text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
{
    public static ValueComparer<IReadOnlyList<string>> Comparer { get; } = new(
        (left, right) => left!.SequenceEqual(right!),
        words => words.Aggregate(0, (hash, word) => HashCode.Combine(hash, word)),
        words => words);
}
