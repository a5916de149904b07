/** None lost, none twice, nobody waits for long: bounded here, whole in `npm run trust -- team`. */
import { tell } from "../trust/tell.ts";
import { playCrowd } from "./crowd.ts";
import { describeWithRedis, type RedisServer, startRedis } from "./redis-server.ts";
import { StandIns } from "./stand-ins.ts";

const JOBS = Number(process.env.UNDERPAINT_TEAM_JOBS ?? 100);
const KILLS = Number(process.env.UNDERPAINT_TEAM_KILLS ?? 1);

describeWithRedis("a crowd", () => {
  let server: RedisServer;
  let standIns: StandIns;
  beforeEach(async () => {
    server = await startRedis();
    standIns = new StandIns();
  });
  afterEach(async () => {
    await standIns.close();
    await server.remove();
  });

  test("20 people, three workers, kill -9: none lost, none twice, nobody waits for more than twice the fair share", async () => {
    const played = await playCrowd({
      ...{ url: server.url, standIns, people: 20, jobs: JOBS, workers: 3, kills: KILLS, ms: 5, leaseMs: 1000 },
    });
    tell({ jobs: JOBS, kills: KILLS, ...played });
    expect(played).toMatchObject({ lost: 0, twice: 0 });
    expect(played.worstShare).toBeLessThanOrEqual(2);
  });

  test("the queue's server is killed and comes back: none lost, none twice", async () => {
    const played = await playCrowd({
      ...{ url: server.url, standIns, people: 4, jobs: 40, workers: 2, kills: 0, ms: 5, leaseMs: 1000 },
      halfway: async () => {
        await server.stop("SIGKILL");
        await server.start();
      },
    });
    expect(played).toMatchObject({ lost: 0, twice: 0 });
  });
});
