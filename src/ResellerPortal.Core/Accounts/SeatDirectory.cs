using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>A seat as its user sees it: where it is and what it is for.</summary>
public sealed record SeatChoice(MemberId Id, string Place, Role Role);

/// <summary>Finds the seats of a signed-in user. Asked again for each act, so a seat that is taken away is gone at once.</summary>
public sealed class SeatDirectory(PortalDatabase database)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("sign-in: which seats a user has");

    /// <param name="preferred">The seat the user chose; the oldest one where it is null or gone.</param>
    /// <returns>Null where the user has no seat.</returns>
    public async Task<Actor?> ActorOfAsync(Guid userId, MemberId? preferred, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);
        var seats = await db.Members.AsNoTracking()
            .Where(m => m.UserId == userId)
            .Join(db.Users, m => m.UserId, u => u.Id, (m, u) => new { Member = m, u.Email })
            .ToListAsync(cancellationToken);
        var seat = seats.Find(s => s.Member.Id == preferred) ?? seats.MinBy(s => s.Member.CreatedAtUtc);
        return seat is null ? null : Actor.InSeat(seat.Member, seat.Email!);
    }

    public async Task<IReadOnlyList<SeatChoice>> SeatsOfAsync(Guid userId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);
        var members = await db.Members.AsNoTracking().Where(m => m.UserId == userId).OrderBy(m => m.CreatedAtUtc).ToListAsync(cancellationToken);
        var choices = new List<SeatChoice>(members.Count);
        foreach (var member in members)
        {
            var place = member.CustomerId is { } customer ? await db.Customers.Where(c => c.Id == customer).Select(c => c.Name).SingleAsync(cancellationToken)
                : member.ResellerId is { } reseller ? await db.Resellers.Where(r => r.Id == reseller).Select(r => r.Name).SingleAsync(cancellationToken)
                : "Operator";
            choices.Add(new SeatChoice(member.Id, place, member.Role));
        }

        return choices;
    }
}
