using Microsoft.EntityFrameworkCore;

namespace ResellerPortal.Core.Tenancy;

public static class TenancySets
{
    extension(DbContext db)
    {
        public DbSet<Reseller> Resellers => db.Set<Reseller>();

        public DbSet<Customer> Customers => db.Set<Customer>();

        public DbSet<Logo> Logos => db.Set<Logo>();

        public DbSet<Member> Members => db.Set<Member>();
    }
}
